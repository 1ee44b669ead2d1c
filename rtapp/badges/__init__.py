"""Badges: the card in a participant's hand, its token and short code, and the sheets it is cut from."""
