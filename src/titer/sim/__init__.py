"""A plant to try Titer on: a bioreactor, an analyser, a chromatograph and a balance, over the real protocols.

`python -m titer.sim --dir DIR` starts them as processes of their own. Nothing here is a double of a device
inside the hub: whoever wants a value asks an OPC UA or SiLA 2 server or reads a file, as in a real plant.
Only `cli`'s demo and tests import this package; it imports nothing heavy by itself.

Rooms: `plant_clock` (plant time), `channels` (what the servers offer), `kernel` and `reactor` (physics and
controller), `variation` (batch to batch), `normal_batches` (the same plant without servers), `bottles`,
`opcua_plant`, `reactor_server`, `balance_server`, `analyser_server`, `chromatograph`, `animl`, `cables`
(links that can be cut), `bench` (the hands of people) and `supervisor`.
"""
