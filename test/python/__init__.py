"""Tests of the integration on Home Assistant's own fixtures."""
