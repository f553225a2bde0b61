"""tw-lsp-server, the language server for editors."""

import json
import re
import subprocess

from conftest import BUILD

MODULE = """
func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = tw.softmax %x axis 5 : tensor<2xf32> -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
"""


def message(method, **rest):
    body = json.dumps({"jsonrpc": "2.0", "method": method, **rest})
    return f"Content-Length: {len(body)}\r\n\r\n{body}"


# It answers, knows our dialects, and ends when it is told to.
def test_session():
    document = {"uri": "test:///m.mlir", "languageId": "mlir", "version": 1, "text": MODULE}
    session = [
        message("initialize", id=1, params={"processId": None, "rootUri": None, "capabilities": {}}),
        message("textDocument/didOpen", params={"textDocument": document}),
        message("shutdown", id=2, params=None),
        message("exit"),
    ]
    done = subprocess.run(
        [BUILD / "bin" / "tw-lsp-server"], input="".join(session), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(body) for body in re.split(r"Content-Length: \d+\s+", done.stdout)[1:]]
    initialized, diagnostics, shutdown = answers
    assert initialized["id"] == 1 and initialized["result"]["capabilities"]["hoverProvider"]
    reason = diagnostics["params"]["diagnostics"][0]["message"]
    assert reason == "'tw.softmax' op expected an axis of a tensor of rank 1, but got 5"
    assert shutdown["id"] == 2 and "error" not in shutdown
