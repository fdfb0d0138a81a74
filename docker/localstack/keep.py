"""
Keeps LocalStack's buckets on its volume, which its free edition does not do by itself: what was kept is put back before LocalStack says
that it is ready, and what has changed is kept a few seconds later, and once more at the end. Messages in queues are not kept: what they
were about is found by the sweep. LocalStack runs this file inside of its own process, as it does all of its init scripts.
"""

import hashlib
import logging
import os
import pathlib
import threading

from localstack.runtime.shutdown import SHUTDOWN_HANDLERS
from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.s3.models import s3_stores
from localstack.state import pickle

EVERY_SECONDS = 5
FOLDER = pathlib.Path("/var/lib/localstack/buckets")
# objects' bytes, each under a name of its own; the model names what there is of them
BODIES = FOLDER / "bodies"
MODEL = FOLDER / "model"

log = logging.getLogger("localstack.keep")
storage = SERVICE_PLUGINS.get_service("s3").lifecycle_hook._storage_backend
saving = threading.Lock()
ended = threading.Event()
saved = None


def all_buckets():
    return {name: bucket for _, _, store in s3_stores.iter_stores() for name, bucket in store.buckets.items()}


def contents(bucket):
    """Objects and parts of a bucket: what identifies each one's bytes, its record, and how to open it."""
    for item in bucket.objects.values():
        if hasattr(item, "etag"):  # a delete marker has no bytes
            identity = (item.key, item.version_id, item.etag, item.last_modified)
            yield identity, item, lambda mode, item=item: storage.open(bucket.name, item, mode)
    for multipart in list(bucket.multiparts.values()):
        for part in list(multipart.parts.values()):
            identity = (multipart.id, part.part_number, part.etag, part.last_modified)
            opened = storage.get_multipart(bucket.name, multipart)
            yield identity, part, lambda mode, opened=opened, part=part: opened.open(part, mode)


def body_of(bucket, identity):
    return BODIES / hashlib.sha256(repr((bucket.name, *identity)).encode()).hexdigest()


def write(path, chunks):
    """Writes a file that is whole, or is not there."""
    draft = path.with_suffix(".draft")
    with open(draft, "wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def save():
    global saved
    with saving:
        buckets = all_buckets()
        found = [(body_of(bucket, identity), opener) for bucket in buckets.values() for identity, _, opener in contents(bucket)]
        model = pickle.dumps(buckets)
        if model == saved:
            return
        for path, opener in found:
            if not path.exists():
                with opener("r") as body:
                    write(path, iter(lambda: body.read(1 << 20), b""))
        write(MODEL, [model])
        wanted = {path for path, _ in found}
        for path in BODIES.iterdir():
            if path not in wanted:
                path.unlink()
        saved = model


def restore():
    for name, bucket in pickle.loads(MODEL.read_bytes()).items():
        store = s3_stores[bucket.bucket_account_id][bucket.bucket_region]
        store.buckets[name] = bucket
        store.global_bucket_map[name] = bucket.bucket_account_id
        storage.create_bucket(name)
        for identity, record, opener in contents(bucket):
            etag = record.etag  # writing makes a new one, which is another for what came in parts
            with open(body_of(bucket, identity), "rb") as body, opener("w") as stored:
                stored.write(body)
            record.etag = etag
    SERVICE_PLUGINS.get_service("s3").lifecycle_hook.on_after_state_load()


def save_logged():
    try:
        save()
    except Exception:  # an object may go while it is read: the next time it is no longer there
        log.exception("buckets could not be kept this time")


def keep_saving():
    while not ended.wait(EVERY_SECONDS):
        save_logged()


def finish():
    ended.set()
    save_logged()


BODIES.mkdir(parents=True, exist_ok=True)
if MODEL.exists():
    restore()
threading.Thread(target=keep_saving, name="keep-buckets", daemon=True).start()
SHUTDOWN_HANDLERS.register(finish)
