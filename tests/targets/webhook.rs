//! Webhooks, verified by the official library (PyPI `standardwebhooks`).

use super::*;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Takes one webhook; prints its port, then whether each secret verifies it.
const RECEIVER: &str = r#"
import http.server, json, sys
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
said = []
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length'])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        for secret in sys.argv[1:]:
            try:
                said.append(Webhook(secret).verify(body, headers)['id'])
            except WebhookVerificationError as error:
                said.append(str(error))
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_): pass
server = http.server.HTTPServer(('127.0.0.1', 0), Receiver)
print(server.server_port, flush=True)
server.handle_request()
print(json.dumps(said), flush=True)
"#;

const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const FORMER: &str = "whsec_Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
const OTHER: &str = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

#[tokio::test]
async fn the_official_library_verifies_what_is_sent() {
    let Some(python) = given("ASSIZE_PYTHON") else { return };
    let mut receiver = Command::new(python)
        .args(["-c", RECEIVER, SECRET, FORMER, OTHER])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(receiver.stdout.take().unwrap()).lines();
    let port = lines.next().unwrap().unwrap();
    let folder = folder(&format!(
        "[targets.hook]\nkind = \"webhook\"\nurl = \"http://127.0.0.1:{port}/hook\"\n\
         secret = {{ file = \"secret\" }}\nformer_secret = {{ file = \"former\" }}\n\
         hosts = [\"127.0.0.1:{port}\"]\n"
    ));
    std::fs::write(folder.path().join("secret"), SECRET).unwrap();
    std::fs::write(folder.path().join("former"), FORMER).unwrap();
    targets(&folder)["hook"].write(&rollout("checkout", 10), None).await.unwrap();
    let said = lines.next().unwrap().unwrap();
    assert_eq!(said, r#"["5ad1", "5ad1", "No matching signature found"]"#);
    receiver.wait().unwrap();
}
