"""How texts reach families: the adapters, the transport under them, the arithmetic of parts."""
