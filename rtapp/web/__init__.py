"""What every page needs: who may, errors, filters, headers, assets, navigation."""
