"""What an unmasked bundle carries so that anybody can recompute the plan: protocol, pool, secret."""

import csv
import json
from pathlib import Path
from typing import Any

from readerstudy.studies.models import Study
from readerstudy.truth.allocate import allocations_of, pools_of
from readerstudy.truth.recognisable import findable
from readerstudy.truth.secrets import commitment_of, plan_secret_of
from readerstudy.truth.shared_images import endangered_by, shared_with
from readerstudy.truth.stored_plan import plan_of

POOL = ("image", "source", "group", "labels")


def write_plan_files(study: Study, folder: Path) -> None:
    """protocol.toml byte for byte, and pool.csv with every image the plan was drawn from."""
    (folder / "protocol.toml").write_bytes(study.protocol.text.encode())
    with (folder / "pool.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(POOL)
        for source, pool in sorted(pools_of(study).items()):
            for image in sorted(pool, key=lambda pooled: pooled.image):
                labels = json.dumps(image.labels, sort_keys=True, ensure_ascii=False)
                writer.writerow((image.image, source, image.group, labels))


def plan_header(study: Study) -> dict[str, Any]:
    """The plan in study.json. Its secret is told here because the study is unblinded."""
    plan, found = plan_of(study), findable(study)
    return {
        "study": str(study.uuid),
        "plan_hash": plan.digest,
        "plan_secret": None if plan.is_computable else plan_secret_of(study).hex(),
        "commitment": commitment_of(study),
        "allocations": allocations_of(study),
        "plan_computable_from_protocol": plan.is_computable,
        **({"findable": found} if found else {}),
        **shared_with(endangered_by(study)),
    }
