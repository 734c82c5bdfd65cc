from django.urls import path

from readerstudy.desk.operations import pages

urlpatterns = [
    path("health/live", pages.live, name="health-live"),
    path("health/ready", pages.ready, name="health-ready"),
    path("health/working", pages.working, name="health-working"),
    path("metrics", pages.metrics, name="metrics"),
    path(".well-known/security.txt", pages.security_txt, name="security-txt"),
]
