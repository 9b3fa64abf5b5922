import pytest
from faststream.security import SASLScram512

from kit.errors import PermanentError
from kit.kafka.connection import KafkaConnection, client_options, shown


def test_a_place_alone_has_no_login() -> None:
    assert client_options("127.0.0.1:9092") == {"bootstrap_servers": "127.0.0.1:9092"}
    assert KafkaConnection.of("127.0.0.1:9092").security() is None


def test_a_login_is_by_scram() -> None:
    assert client_options("kafka://router:geheim@a:1,b:2") == {
        "bootstrap_servers": "a:1,b:2",
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "router",
        "sasl_plain_password": "geheim",
    }
    security = KafkaConnection.of("kafka://router:geheim@a:1").security()
    assert isinstance(security, SASLScram512)
    assert (security.username, security.password, security.use_ssl) == ("router", "geheim", False)


@pytest.mark.parametrize(("user", "protocol"), [("", "SSL"), ("u:p@", "SASL_SSL")])
def test_tls_verifies_the_server(user: str, protocol: str) -> None:
    options = client_options(f"kafka+tls://{user}a:1")
    assert options["security_protocol"] == protocol
    assert options["ssl_context"].check_hostname
    security = KafkaConnection.of(f"kafka+tls://{user}a:1").security()
    assert security is not None
    assert security.use_ssl


def test_user_and_password_are_decoded() -> None:
    connection = KafkaConnection.of("kafka://a%40b:p%3A%2F%40@host:1")
    assert (connection.user, connection.password, connection.servers) == ("a@b", "p:/@", "host:1")


def test_the_password_is_never_shown() -> None:
    assert shown("kafka://router:geheim@a:1") == "a:1"
    assert "geheim" not in repr(KafkaConnection.of("kafka://router:geheim@a:1"))


@pytest.mark.parametrize(
    "wrong", ["", "kafka://", "http://a:1", "kafka://u:geheim@b@a:1", "u@a:1", "kafka://u:@a:1"]
)
def test_another_form_is_refused_without_showing_it(wrong: str) -> None:
    with pytest.raises(PermanentError) as caught:
        KafkaConnection.of(wrong)
    assert caught.value.code == "kafka_address"
    assert "geheim" not in str(caught.value)
