"""What workflows start from. Apart from the SDK, so that pure code can declare its inputs."""

from schemas.frozen import Frozen


class StartInput(Frozen):
    """The input of a workflow. A run whose input was refused fails at once (see `kit.sealed_payloads`).

    So nobody without the installation's key can occupy the id of a workflow that is not running.
    """
