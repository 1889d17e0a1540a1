"""Analysers that speak ASTM E1394 / LIS2-A2 records in E1381 / LIS1-A frames, over TCP."""
