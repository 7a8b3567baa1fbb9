"""The simulator, driven by the real SDKs and by raw requests."""
