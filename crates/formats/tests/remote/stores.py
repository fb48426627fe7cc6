"""Object stores on loopback with fixtures in them: moto for S3, azurite for Azure, and for Google moto once more.

    python stores.py AZURITE-BLOB FIXTURES

It prints the environment of each as lines `S3 NAME=VALUE`, `AZ …`, `GS …`, then `ready`, and ends when its input ends. moto
checks signatures and permissions; azurite checks signatures. Google's interface for objects and listings is that of S3 but
for the signature, which nothing checks here; gcp-storage-emulator has another interface only.
"""

import json
import os
import socket
import subprocess
import sys
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
    return program


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
