"""Makes a laptop's introduction: its public key and the proof that it holds the private one."""

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.ids import DeviceId
from sync.protocol.messages import Enrol, enrol_form


def introduction(
    account: str, code: str, device_id: DeviceId, device_name: str, key: Ed25519PrivateKey
) -> Enrol:
    """Return the request that enrols this laptop with a one-time code."""
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    proof = key.sign(enrol_form(account, code, device_id, public))
    signed = base64.b64encode(proof).decode()
    return Enrol(account, code, device_id, device_name, public, signed, proves=True)
