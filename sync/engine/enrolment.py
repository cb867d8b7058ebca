"""Makes a laptop's introduction: its public key and the proof that it holds the private one."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.ids import DeviceId
from sync.protocol.messages import Enrol, enrol_form
from sync.protocol.signed_form import key_text, signature


def introduction(
    account: str, code: str, device_id: DeviceId, device_name: str, key: Ed25519PrivateKey
) -> Enrol:
    """Return the request that enrols this laptop with a one-time code."""
    public = key_text(key.public_key())
    signed = signature(enrol_form(account, code, device_id, public), key)
    return Enrol(account, code, device_id, device_name, public, signed, proves=True)
