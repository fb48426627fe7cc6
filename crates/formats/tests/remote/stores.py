"""Object stores on loopback with fixtures in them: moto for S3, azurite for Azure, and for Google moto once more, by itself
and behind a door that opens for signed tokens alone.

    python stores.py AZURITE-BLOB FIXTURES

It prints the environment of each as lines `S3 NAME=VALUE`, `AZ …`, `GS …`, `ACCOUNT …`, then `ready`, and ends when its input
ends. moto checks signatures and permissions; azurite checks signatures. Google's interface for objects and listings is that
of S3 but for the signature: a token that the service account's key signs (https://google.aip.dev/auth/4111), which the
door checks with the public key. gcp-storage-emulator has another interface only.
"""

import base64
import http.client
import http.server

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

BUCKET = "models"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="  # azurite's own
FILES = {
    "weights.safetensors": "weights.safetensors",
    "odd names/ä b+c=100%.safetensors": "weights.safetensors",
    "split/split-00001-of-00002.gguf": "split-00001-of-00002.gguf",
    "split/split-00002-of-00002.gguf": "split-00002-of-00002.gguf",
}
FOLDERS = ["tf_saved_model", "tf_checkpoint", "torch_dcp", "coreml_half.mlpackage"]


def objects(fixtures):
    for key, name in FILES.items():
        yield key, open(os.path.join(fixtures, name), "rb").read()
    for folder in FOLDERS:
        for place, _, names in os.walk(os.path.join(fixtures, folder)):
            for name in names:
                path = os.path.join(place, name)
                yield os.path.relpath(path, fixtures).replace(os.sep, "/"), open(path, "rb").read()
    yield "empty.safetensors", b""


def page(fixtures):
    """More keys than one page of a listing has, and a model at the end."""
    for number in range(1000):
        yield f"many/{number:04}.txt", b"1"
    yield "many/zz.safetensors", open(os.path.join(fixtures, "weights.safetensors"), "rb").read()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def say(store, **variables):
    for name, value in variables.items():
        print(store, f"{name}={value}")


def s3(fixtures):
    import logging

    import boto3
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    port = free_port()
    ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False).start()
    url = f"http://127.0.0.1:{port}"
    anyone = dict(endpoint_url=url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    store = boto3.client("s3", **anyone)
    for bucket in (BUCKET, "closed"):
        store.create_bucket(Bucket=bucket)
    for key, content in [*objects(fixtures), *page(fixtures)]:
        store.put_object(Bucket=BUCKET, Key=key, Body=content)
    people = boto3.client("iam", **anyone)
    people.create_user(UserName="reader")
    allowed = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": [f"arn:aws:s3:::{name}{rest}" for name in (BUCKET, "elsewhere") for rest in ("", "/*")]}
    policy = {"Version": "2012-10-17", "Statement": [allowed]}
    people.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=json.dumps(policy))
    key = people.create_access_key(UserName="reader")["AccessKey"]
    # From here on every request is held against users and policies.
    headers = {"Content-Type": "text/plain"}
    urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/reset-auth", data=b"0", headers=headers)).read()
    say("S3", AWS_ENDPOINT_URL=url, AWS_REGION="us-east-1", AWS_ACCESS_KEY_ID=key["AccessKeyId"], AWS_SECRET_ACCESS_KEY=key["SecretAccessKey"])


def azure(fixtures, azurite):
    from azure.storage.blob import BlobServiceClient

    port = free_port()
    program = subprocess.Popen(
        [azurite, "--silent", "--blobPort", str(port), "--skipApiVersionCheck", "--inMemoryPersistence", "--disableTelemetry"],
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/devstoreaccount1"
    store = BlobServiceClient(url, credential={"account_name": "devstoreaccount1", "account_key": KEY}, retry_total=30, retry_backoff_factor=0.1)
    store.create_container(BUCKET)
    for key, content in objects(fixtures):
        store.get_blob_client(BUCKET, key).upload_blob(content)
    say("AZ", AZURE_STORAGE_CONNECTION_STRING=f"AccountName=devstoreaccount1;AccountKey={KEY};BlobEndpoint={url};")
    return program


def google(fixtures):
    import boto3

    port = free_port()
    program = subprocess.Popen(
        [os.path.join(os.path.dirname(sys.executable), "moto_server"), "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    retries = boto3.session.Config(retries={"max_attempts": 20, "mode": "standard"})
    anyone = dict(endpoint_url=url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    store = boto3.client("s3", config=retries, **anyone)
    store.create_bucket(Bucket=BUCKET, ACL="public-read")
    for key, content in objects(fixtures):
        store.put_object(Bucket=BUCKET, Key=key, Body=content, ACL="public-read")
    say("GS", STORAGE_EMULATOR_HOST=url)
    account(port)
    return program


READER = "reader@project.iam.gserviceaccount.com"
KEY_ID = "1a2b3c"
SCOPES = [f"https://www.googleapis.com/auth/{scope}" for scope in ("cloud-platform", "devstorage.read_only", "devstorage.full_control")]


def account(behind):
    """The store on the port `behind`, for whoever has the key of the account that this makes."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    folder = tempfile.mkdtemp()
    known, unknown = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    door = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Door", (Door,), {"key": known.public_key(), "behind": behind}))
    threading.Thread(target=door.serve_forever, daemon=True).start()
    for store, key in (("ACCOUNT", known), ("FORGED", unknown)):
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path = os.path.join(folder, f"{store}.json")
        with open(path, "w") as file:
            json.dump({"type": "service_account", "private_key": pem.decode(), "private_key_id": KEY_ID, "client_email": READER}, file)
        say(store, GOOGLE_APPLICATION_CREDENTIALS=path, GOOGLE_BASE_URL=f"http://127.0.0.1:{door.server_port}")


class Door(http.server.BaseHTTPRequestHandler):
    """Hands a request on if its token is signed by the account's key, for the store, and neither old nor of the future."""

    protocol_version = "HTTP/1.1"

    def trusted(self):
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        parts = token.split(".")
        if kind != "Bearer" or len(parts) != 3:
            return False
        header, claims, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts)
        try:
            self.key.verify(signature, ".".join(parts[:2]).encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        header, claims = json.loads(header), json.loads(claims)
        in_time = claims["iat"] - 60 <= time.time() < claims["exp"] <= claims["iat"] + 3600
        by_whom = (header["alg"], header["kid"], claims["iss"], claims["sub"]) == ("RS256", KEY_ID, READER, READER)
        return in_time and by_whom and claims["scope"] in SCOPES

    def do_GET(self):
        if self.trusted():
            inside = http.client.HTTPConnection("127.0.0.1", self.behind)
            kept = {name: value for name, value in self.headers.items() if name.lower() not in ("authorization", "host", "connection")}
            inside.request(self.command, self.path, headers=kept)
            answer = inside.getresponse()
            status, headers, body = answer.status, answer.getheaders(), answer.read()
        else:
            status, headers = 401, [("Content-Type", "application/xml")]
            body = b"<?xml version='1.0' encoding='UTF-8'?><Error><Code>AuthenticationRequired</Code><Message>Authentication required.</Message></Error>"
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        length = dict(headers).get("Content-Length", len(body)) if self.command == "HEAD" else len(body)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def main():
    azurite, fixtures = sys.argv[1:]
    s3(fixtures)
    programs = [azure(fixtures, azurite)]
    try:
        programs.append(google(fixtures))
        print("ready", flush=True)
        sys.stdin.read()
    finally:
        for program in programs:
            program.terminate()
    os._exit(0)  # the servers' threads do not end by themselves


main()
