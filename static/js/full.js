/* Imported first by what needs a full engine: in an old one the page stays with its forms, which record just as well. */
if (document.documentElement.dataset.engine !== 'full') throw new Error('An old engine: this page works by its forms.');
