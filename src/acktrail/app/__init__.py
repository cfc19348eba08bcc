"""Settings, wiring, the registry of plug-ins and the service itself."""
