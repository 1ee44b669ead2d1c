"""How fast the desk is: commands that print figures beside the floors they are held against."""
