import pytest

from acktrail.formats.addenda import trace_of


@pytest.mark.parametrize(
    ("lines", "trace"),
    [
        (["TRN*1*835000123*1999999999~"], "835000123"),
        (["TRN*1*835000123*1999999999\\"], "835000123"),
        (["HCCLAIMPMT", "TRN*1*8350", "00123*1999999999"], "835000123"),
        (["HCCLAIMPMT TR", "N*1*835-A.7_1*1999999999*000087726~"], "835-A.7_1"),
        (["PAYMENT TRN|1|835000123|1999999999"], "835000123"),
        (["TRN*1*835000123"], "835000123"),
        (["TRN*1*8350", "AND MORE TEXT"], ""),  # perhaps cut
        (["TRN*2*835000123*1999999999~"], ""),  # of an earlier transaction
        (["XTRN*1*835000123~"], ""),
        (["TRN*1*" + "9" * 80 + "~"], ""),
        (["INVOICE 1"], ""),
        ([], ""),
    ],
)
def test_trace_of_the_ccd_addendum(lines: list[str], trace: str) -> None:
    """005010X221A1 1.10.2.3, TRN01 and TRN02; the addendum ends with ``~`` or a backslash."""
    assert trace_of(lines) == trace
