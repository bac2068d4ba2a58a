"""THE OUTSIDE: folders and providers, asked politely, resumed once, recorded; what arrives leaves here as bytes."""
