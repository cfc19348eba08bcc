import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.errors import EnvelopeError, SecretError
from acktrail.security.gpg_status import Judged, judge

OURS, PAYER = "A" * 40, "B" * 40
GOOD = f"""\
[GNUPG:] ENC_TO 39630AA0C6127266 18 0
[GNUPG:] DECRYPTION_KEY {"C" * 40} {OURS} -
[GNUPG:] BEGIN_DECRYPTION
[GNUPG:] DECRYPTION_INFO 2 9 0
[GNUPG:] PLAINTEXT 62 1768478400 name
[GNUPG:] NEWSIG
[GNUPG:] GOODSIG {PAYER[:16]} Canaryname <canary@example.invalid>
[GNUPG:] VALIDSIG {PAYER} 2026-01-15 1768478400 0 4 0 22 10 00 {PAYER}
[GNUPG:] DECRYPTION_OKAY
[GNUPG:] GOODMDC
[GNUPG:] END_DECRYPTION
""".splitlines()
NEEDED = [
    line
    for line in GOOD
    if not line.startswith(("[GNUPG:] ENC_TO", "[GNUPG:] BEGIN", "[GNUPG:] END"))
]
FATAL = [
    "BADSIG",
    "ERRSIG",
    "EXPSIG",
    "EXPKEYSIG",
    "REVKEYSIG",
    "BADMDC",
    "DECRYPTION_FAILED",
    "NODATA",
    "UNEXPECTED",
    "FAILURE",
]


def judged(lines: list[str], code: int = 0, signers: tuple[str, ...] = (PAYER,)) -> Judged:
    status = "\n".join(lines)
    return judge(code, status, ours={OURS}, signers=set(signers), known={OURS, PAYER})


def refusal(lines: list[str], code: int = 0, signers: tuple[str, ...] = (PAYER,)) -> str:
    with pytest.raises(EnvelopeError) as caught:
        judged(lines, code, signers)
    assert "Canaryname" not in str(caught.value)
    return caught.value.code


def test_good_message_gives_its_facts() -> None:
    assert judged(GOOD) == Judged(OURS, PAYER, "9", "10", text=False)


@pytest.mark.parametrize("line", NEEDED)
def test_message_without_a_line_that_is_needed_is_refused(line: str) -> None:
    assert refusal([one for one in GOOD if one != line]).startswith("pgp.")


@pytest.mark.parametrize("line", [*NEEDED])
def test_message_with_a_doubled_line_is_refused(line: str) -> None:
    assert refusal([*GOOD, line]).startswith("pgp.")


@pytest.mark.parametrize("word", FATAL)
def test_message_with_a_fatal_word_is_refused(word: str) -> None:
    assert refusal([*GOOD, f"[GNUPG:] {word} 1 2 3 4 5 6"]).startswith("pgp.")


@pytest.mark.parametrize("code", [1, 2, -9])
def test_exit_code_alone_refuses(code: int) -> None:
    """A cut message and one with two literals differ in nothing else."""
    assert refusal(GOOD, code) == "pgp.damaged"


def test_signer_is_the_primary_fingerprint_never_the_name() -> None:
    assert refusal(GOOD, signers=("canary@example.invalid",)) == "pgp.signer"
    assert refusal(GOOD, signers=(PAYER[:16],)) == "pgp.signer"


def test_key_of_another_partner_neither_signs_nor_decrypts() -> None:
    status = "\n".join(GOOD)
    for ours, known, code in (((), {PAYER}, "pgp.no_seckey"), ({OURS}, {OURS}, "pgp.errsig")):
        with pytest.raises(EnvelopeError) as caught:
            judge(0, status, ours=set(ours), signers=set(), known=known)
        assert caught.value.code == code


@pytest.mark.parametrize("hash_", ["1", "2", "3"])
def test_weak_hash_is_refused_though_gpg_calls_it_good(hash_: str) -> None:
    """RFC 9580, section 9.5: MD5, SHA-1 and RIPEMD-160."""
    weak = [line.replace(" 22 10 00 ", f" 22 {hash_} 00 ") for line in GOOD]

    assert refusal(weak) == "pgp.weak_signature"


@pytest.mark.parametrize("number", [11, 177, 67108875])
def test_wrong_passphrase_is_our_fault(number: int) -> None:
    with pytest.raises(SecretError):
        judged(["[GNUPG:] ENC_TO A 1 0", f"[GNUPG:] ERROR pkdecrypt_failed {number}"], 2)


@given(st.lists(st.sampled_from([*GOOD, *(f"[GNUPG:] {word}" for word in FATAL), "", "x"])))
def test_any_status_gives_facts_or_a_refusal(lines: list[str]) -> None:
    try:
        facts = judged(lines)
    except EnvelopeError:
        return
    assert facts.signer == PAYER
