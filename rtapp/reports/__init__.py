"""The papers of afterwards: attendance lists, transport money, recaps, certificates."""
