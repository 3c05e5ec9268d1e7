"""The reference of P9: as many creations, by bare httpx, one client a thread."""

import json
import sys
import threading
import time
from itertools import count

import httpx

BODY = {
    "url": "https://depot.exemple.fr/offres/exemple",
    "title": "Boulanger ou boulangère en apprentissage",
    "description": "<p>Vous apprenez le métier de boulanger.</p>" * 20,
    "company": {"name": "Boulangerie", "siret": "73282932000074", "about": "Du pain depuis 1962."},
    "location": {
        "street": "12 rue du Touat",
        "postcode": "12000",
        "city": "Rodez",
        "commune_code": "12202",
        "latitude": 44.35,
        "longitude": 2.57,
    },
    "contract_types": ["apprenticeship"],
    "duration_months": 24,
}


def main() -> None:
    """`python -m bench.bare_push URL NUMBER CONNECTIONS`."""
    url, number, connections = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    ranks, done = count(), []

    def work(client: httpx.Client) -> None:
        while (rank := next(ranks)) < number:
            answer = client.post(f"{url}/api/jobs", json={**BODY, "externalId": f"DA-{rank}"})
            done.append(answer.status_code == 201)

    # Made before the clock starts: certificates take longer to load than the site to answer.
    tls = httpx.create_ssl_context()
    headers = {"X-Api-Key": "cle-du-site-simule"}
    clients = [httpx.Client(headers=headers, timeout=5, verify=tls) for _ in range(connections)]
    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    sys.stdout.write("pret\n")
    sys.stdout.flush()
    sys.stdin.read()
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.stdout.write(json.dumps({"seconds": time.monotonic() - start, "sent": sum(done)}))


if __name__ == "__main__":
    main()
