import pytest

from deepbacs_zoo.fiji.java.trace import cause

TRACE = """\
some warning
Exception in thread "main" java.lang.NoClassDefFoundError: com/google/gson/Strictness
\tat deepbacs.zoo.worker.Request.<clinit>(Request.java:30)
Caused by: java.lang.ClassNotFoundException: com.google.gson.Strictness
\tat java.base/java.lang.ClassLoader.loadClass(ClassLoader.java:525)
\t... 1 more

"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (TRACE, "java.lang.ClassNotFoundException: com.google.gson.Strictness"),
        (
            TRACE + "at the end, a message\n",
            "java.lang.ClassNotFoundException: com.google.gson.Strictness",
        ),
        ("a\njava.io.IOException\n\tat a.B.c(B.java:1)\n", "java.io.IOException"),
        (
            "Error: Could not find or load main class X\n",
            "Error: Could not find or load main class X",
        ),
        ("one\n  two  \n\n", "two"),
        ("\n \n", None),
        ("", None),
    ],
)
def test_the_line_that_matters(text, line):
    assert cause(text.splitlines()) == line
