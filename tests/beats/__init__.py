"""Tests of beats/."""
