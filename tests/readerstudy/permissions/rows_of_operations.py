"""For load balancers, monitoring and people who report vulnerabilities: alike for everybody."""

from tests.readerstudy.permissions.row import row

EVERYBODY = "200 200 200 200 200 200 200"
NOT_SET_UP = "404 404 404 404 404 404 404"

ROWS = {
    "health/live": row("/health/live", EVERYBODY),
    "health/ready": row("/health/ready", EVERYBODY),
    "health/working": row("/health/working", "503 503 503 503 503 503 503"),
    "metrics": row("/metrics", NOT_SET_UP),
    ".well-known/security.txt": row("/.well-known/security.txt", NOT_SET_UP),
}
