"""The addresses and secrets of the connected agencies' systems, from a file of the installation."""

from pathlib import Path

from pydantic import (
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    SecretStr,
    TypeAdapter,
    ValidationError,
    field_validator,
)
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from kit.errors import PermanentError
from schemas.frozen import AgencyId


class Access(BaseModel):
    """One agency's system. `token` is `user:password` for HTTP Basic; `webhook_secret` begins with whsec_."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: AnyHttpUrl
    token: SecretStr
    webhook_secret: SecretStr

    @field_validator("webhook_secret")
    @classmethod
    def _usable(cls, secret: SecretStr) -> SecretStr:
        try:
            Webhook(secret.get_secret_value())
        except (ValueError, EmptyWebhookSecretError) as error:
            raise ValueError("not a Standard Webhooks secret (whsec_ and base64)") from error
        return secret


_FILE = TypeAdapter(dict[AgencyId, Access])


def read_access(path: Path) -> dict[AgencyId, Access]:
    """The access of every connected agency, from the JSON file `path`.

    Raises:
        PermanentError: `access_invalid`, naming the file and the field, never a secret.
    """
    try:
        return _FILE.validate_json(path.read_bytes())
    except OSError as error:
        raise PermanentError(
            "access_invalid", f"{path} cannot be read: {error.strerror}.", remedy="Set VAHID_AGENCIES."
        ) from error
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
            for fault in error.errors(include_input=False)
        ]
        message = f"{path} is not valid: {'; '.join(faults)}."
        raise PermanentError("access_invalid", message, remedy="Correct it.") from None
