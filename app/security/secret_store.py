"""Where secrets lie: the keyring of the operating system, or memory for tests. A file is never a home for them.

Only real keyrings are taken. Where none answers this raises, so that the program can say so and ask for a passphrase;
plaintext, null and failing backends of the keyring package are not used, whatever its configuration says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from app.domain.message import Message, msg
from app.errors import EnvironmentFailure

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "cunyi"
REAL_KEYRINGS = (
    "keyring.backends.SecretService",
    "keyring.backends.kwallet",
    "keyring.backends.libsecret",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)


class NoKeyring(EnvironmentFailure):
    """No keyring answers here, or it stays locked."""


class SecretStore(Protocol):
    """A home for secrets by name. Every method raises NoKeyring when the home does not answer."""

    def get(self, name: str) -> str | None:
        """The secret, or None when there is none of that name."""

    def set(self, name: str, secret: str) -> None:
        """Keep the secret, in place of any older one."""

    def delete(self, name: str) -> None:
        """Forget the secret; none of that name is no failure."""


class MemoryStore:
    """Secrets that are gone with the process: for tests and for the guided tour."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """The secret, or None."""
        return self.secrets.get(name)

    def set(self, name: str, secret: str) -> None:
        """Keep the secret."""
        self.secrets[name] = secret

    def delete(self, name: str) -> None:
        """Forget the secret."""
        self.secrets.pop(name, None)


class SilentStore:
    """A computer without a keyring."""

    def get(self, name: str) -> str | None:
        """Raises NoKeyring."""
        raise NoKeyring(NO_KEYRING)

    def set(self, name: str, secret: str) -> None:
        """Raises NoKeyring."""
        raise NoKeyring(NO_KEYRING)

    def delete(self, name: str) -> None:
        """Raises NoKeyring."""
        raise NoKeyring(NO_KEYRING)


class KeyringStore:
    """The operating system's keyring: Windows Credential Manager, the Secret Service of GNOME or KDE, macOS Keychain.

    The keyring package is imported on first use (70 ms). A locked keyring may ask the user for its password in a window
    of its own and wait for the answer, so this is called from a thread that may wait.
    """

    def get(self, name: str) -> str | None:
        """The secret, or None."""
        with answering() as backend:
            return backend.get_password(SERVICE, name)

    def set(self, name: str, secret: str) -> None:
        """Keep the secret, and see that it is really there."""
        with answering() as backend:
            backend.set_password(SERVICE, name, secret)
            if backend.get_password(SERVICE, name) != secret:
                raise NoKeyring(NO_KEYRING, details=type(backend).__module__)

    def delete(self, name: str) -> None:
        """Forget the secret."""
        with answering() as backend:
            if backend.get_password(SERVICE, name) is not None:
                backend.delete_password(SERVICE, name)


NO_KEYRING = msg(
    "这台电脑的系统密钥环没有应答，数据没有打开，也没有任何改动。请解锁或登录系统密钥环后再试，或者改用密码保护数据。"
)
KEYRING_LOCKED: Message = msg(
    "系统密钥环还锁着，数据没有打开，也没有任何改动。请解锁密钥环后再试，或者用恢复码打开。"
)


def real_keyring() -> KeyringBackend:
    """The first real keyring that the keyring package offers. Raises NoKeyring when there is none."""
    import keyring

    chosen = keyring.get_keyring()
    offered = getattr(chosen, "backends", None) or [chosen]
    for backend in offered:
        if type(backend).__module__ in REAL_KEYRINGS:
            return backend
    raise NoKeyring(NO_KEYRING, details=f"{type(chosen).__module__}.{type(chosen).__qualname__}")


@contextmanager
def answering() -> Iterator[KeyringBackend]:
    """The real keyring; what it raises becomes NoKeyring."""
    backend = real_keyring()
    try:
        yield backend
    except keyring_failures(backend) as error:
        is_locked = "Locked" in type(error).__name__ or "Dismissed" in type(error).__name__
        raise NoKeyring(KEYRING_LOCKED if is_locked else NO_KEYRING, details=type(error).__name__) from error


def keyring_failures(backend: KeyringBackend) -> tuple[type[Exception], ...]:
    """What a keyring can raise: the keyring package's own, and what its backends let through."""
    from keyring.errors import KeyringError

    failures: tuple[type[Exception], ...] = (KeyringError, OSError)
    if type(backend).__module__ == "keyring.backends.SecretService":
        from jeepney import DBusErrorResponse
        from secretstorage.exceptions import SecretStorageException

        return (*failures, SecretStorageException, DBusErrorResponse)
    if type(backend).__module__ == "keyring.backends.Windows":
        from win32ctypes.pywin32 import pywintypes

        return (*failures, pywintypes.error)
    return failures
