"""IBM's own SDKs, unchanged, against the fake: `sdk.py works` and `sdk.py refusals`.

Reads IAM, RESOURCE_CONTROLLER, CODE_ENGINE (origins), API_KEY, EXPIRED_TOKEN. Prints what was tried, a line each, and
ends with an error at the first surprise.
"""

import os
import sys
import time

import jwt
from ibm_cloud_sdk_core import ApiException, DetailedResponse
from ibm_cloud_sdk_core.authenticators import BearerTokenAuthenticator, IAMAuthenticator
from ibm_code_engine_sdk.code_engine_v2 import (
    App,
    AppInstancesPager,
    AppPatch,
    AppRevisionsPager,
    AppsPager,
    CodeEngineV2,
    ProjectsPager,
    SecretsPager,
)
from ibm_platform_services import ResourceControllerV2, ResourceManagerV2
from ibm_platform_services.resource_controller_v2 import ResourceKeysPager

VERSION = "2025-07-10"
RUNTIME_CONFIG = "kar.ibm.com.runtime-config"
PATIENCE = 60


def authenticator(key=None):
    return IAMAuthenticator(key or os.environ["API_KEY"], url=os.environ["IAM"])


def code_engine(auth=None, version=VERSION):
    service = CodeEngineV2(auth or authenticator(), version)
    service.set_service_url(os.environ["CODE_ENGINE"] + "/v2")
    service.enable_retries(max_retries=4, retry_interval=1.0)
    return service


def controller(kind=ResourceControllerV2):
    service = kind(authenticator())
    service.set_service_url(os.environ["RESOURCE_CONTROLLER"])
    service.enable_retries(max_retries=4, retry_interval=1.0)
    return service


def check(what, actual, expected):
    if actual != expected:
        sys.exit(f"{what}: {actual!r} instead of {expected!r}")
    print(what)


def refused(what, status, call):
    """The call must be answered with this status, and with words."""
    try:
        answer = call()
    except ApiException as error:
        check(what, error.status_code, status)
        if not error.message:
            sys.exit(f"{what}: no message")
        return
    got = answer.get_result() if isinstance(answer, DetailedResponse) else answer
    sys.exit(f"{what}: not refused, but {got!r}")


def until_missing(what, call):
    """Polls until the call is answered with 404; at least once it must not be."""
    deadline, reads = time.monotonic() + PATIENCE, 0
    while time.monotonic() < deadline:
        try:
            call()
        except ApiException as error:
            check(what, (error.status_code, reads > 0), (404, True))
            return
        reads += 1
    sys.exit(f"{what}: still there")


def until(what, wanted, call):
    """Polls until the call answers with this status; at least once it must not."""
    deadline, seen = time.monotonic() + PATIENCE, []
    while time.monotonic() < deadline:
        seen.append(call().get_result()["status"])
        if seen[-1] == wanted:
            check(what, len(seen) > 1, True)
            return
    sys.exit(f"{what}: {seen}")


def works():
    tokens()
    keys()
    service = code_engine()
    project = projects(service)
    secrets(service, project)
    apps(service, project)
    check("delete a project", service.delete_project(project).get_status_code(), 202)
    until_missing("a deleted project goes", lambda: service.get_project(project))


def tokens():
    token = authenticator().token_manager.get_token()
    claims = jwt.decode(token, algorithms=["RS256"], options={"verify_signature": False})
    check("a token lasts an hour", claims["exp"] - claims["iat"], 3600)
    check("a token names its account", len(claims["account"]["bss"]), 32)


def keys():
    service = controller()
    found = ResourceKeysPager(client=service, name="kar", limit=2).get_all()
    check("service keys, all pages, by how their name begins", len(found), 5)
    mine = [key for key in found if key["name"] == "kar"]
    services = sorted(key["source_crn"].split(":")[4] for key in mine)
    check("the two keys of one name", services, ["databases-for-redis", "messagehub"])
    one = service.get_resource_key(mine[0]["guid"]).get_result()
    check("a key by its guid", one, mine[0])
    check("a key by its CRN", service.get_resource_key(mine[0]["crn"]).get_result(), mine[0])
    refused("a key that is missing", 404, lambda: service.get_resource_key("nobody"))
    groups = controller(ResourceManagerV2).list_resource_groups(name="Default").get_result()["resources"]
    check("the default resource group", [group["default"] for group in groups], [True])


def projects(service):
    made = service.create_project("kar sdk", resource_group_id="b91e849cedb04e7e92bd68c040c672dc")
    check("make a project", made.get_status_code(), 202)
    project = made.get_result()["id"]
    until("a project becomes active", "active", lambda: service.get_project(project))
    pager = ProjectsPager(client=service, limit=2)
    pages = []
    while pager.has_next():
        pages.append(len(pager.get_next()))
    check("projects, page by page", pages, [2, 2, 1])
    return project


def secrets(service, project):
    data = {"KAFKA_BROKERS": "a:9093,b:9093", "REDIS_PASSWORD": 'p"ä$\n'}
    made = service.create_secret(project, "generic", RUNTIME_CONFIG, data=data)
    check("make a secret", made.get_status_code(), 201)
    refused("make it twice", 409, lambda: service.create_secret(project, "generic", RUNTIME_CONFIG, data=data))
    tag = made.get_result()["entity_tag"]
    check("an entity tag is a number in quotes", (type(tag), tag.isdigit()), (str, True))
    service.replace_secret(project, RUNTIME_CONFIG, tag, "generic", data=data | {"KAFKA_VERSION": "3.2.0"})
    stale = lambda: service.replace_secret(project, RUNTIME_CONFIG, tag, "generic", data=data)
    refused("replace with a stale If-Match", 412, stale)
    got = service.get_secret(project, RUNTIME_CONFIG).get_result()
    check("a secret's data", got["data"], data | {"KAFKA_VERSION": "3.2.0"})
    replaced = service.replace_secret(project, RUNTIME_CONFIG, "*", "generic", data=data).get_result()
    check("replace any", (replaced["data"], replaced["entity_tag"] != got["entity_tag"]), (data, True))
    login = {"server": "us.icr.io", "username": "iamapikey", "password": "secret"}
    service.create_secret(project, "registry", "kar.ibm.com.image-pull", data=login)
    for number in range(3):
        service.create_secret(project, "generic", f"further-{number}", data={"A": "B"})
    names = [secret["name"] for secret in SecretsPager(client=service, project_id=project, limit=2).get_all()]
    check("secrets, all pages", len(names), 5)
    registry = service.list_secrets(project, format="registry").get_result()["secrets"]
    check("secrets of one format", [secret["name"] for secret in registry], ["kar.ibm.com.image-pull"])
    check("delete a secret", service.delete_secret(project, "further-0").get_status_code(), 202)
    until_missing("a deleted secret goes", lambda: service.get_secret(project, "further-0"))


def apps(service, project):
    variables = [
        {"type": "literal", "name": "KAR_APP", "value": "hello"},
        {"type": "secret_full_reference", "reference": RUNTIME_CONFIG},
    ]
    size = {"scale_cpu_limit": "0.25", "scale_memory_limit": "0.5G", "scale_min_instances": 2, "scale_max_instances": 2}
    image = "us.icr.io/kar/hello:1"
    made = service.create_app(project, image, "hello", run_env_variables=variables, **size)
    check("make an application", (made.get_status_code(), made.get_result()["status"]), (201, "deploying"))
    refused("make it twice", 409, lambda: service.create_app(project, image, "hello"))
    until("an application becomes ready", "ready", lambda: service.get_app(project, "hello"))
    app = App.from_dict(service.get_app(project, "hello").get_result())
    check("memory in the API's spelling", app.scale_memory_limit, "500M")
    check("where it answers", (app.endpoint[:14], app.endpoint_internal[:13]), ("https://hello.", "http://hello."))
    patch = AppPatch(managed_domain_mappings="local", scale_min_instances=1, scale_max_instances=1)
    changed = service.update_app(project, "hello", app.entity_tag, patch).get_result()
    check("change it", (changed["managed_domain_mappings"], changed.get("endpoint")), ("local", None))
    refused("with a stale If-Match", 412, lambda: service.update_app(project, "hello", app.entity_tag, patch))
    until("it becomes ready again", "ready", lambda: service.get_app(project, "hello"))
    instances = AppInstancesPager(client=service, project_id=project, app_name="hello", limit=10).get_all()
    state = instances[0]["status_details"]["user_container"]["current_state"]["container_status"]
    check("its instances", (len(instances), state), (1, "running"))
    revisions = AppRevisionsPager(client=service, project_id=project, app_name="hello", limit=1).get_all()
    check("its revisions", [one["name"] for one in revisions], ["hello-00001", "hello-00002"])
    service.create_app(project, "us.icr.io/kar/missing:1", "broken")
    until("an image that is missing", "failed", lambda: service.get_app(project, "broken"))
    instances = service.list_app_instances(project, "broken").get_result()["instances"]
    state = instances[0]["status_details"]["user_container"]["current_state"]
    check("the reason", (state["container_status"], state["reason"]), ("pending", "ErrImagePull"))
    names = [one["name"] for one in AppsPager(client=service, project_id=project, limit=1).get_all()]
    check("applications, all pages", names, ["broken", "hello"])
    check("delete an application", service.delete_app(project, "hello").get_status_code(), 202)
    until_missing("a deleted application goes", lambda: service.get_app(project, "hello"))


def refusals():
    refused("a wrong API key", 400, lambda: code_engine(authenticator("wrong")).list_projects())
    old = BearerTokenAuthenticator(os.environ["EXPIRED_TOKEN"])
    refused("a token that has ended", 401, lambda: code_engine(old).list_projects())
    refused("a token of somebody else", 401, lambda: code_engine(BearerTokenAuthenticator("a.b.c")).list_projects())
    service = code_engine()
    project = service.list_projects().get_result()["projects"][0]["id"]
    refused("no version", 400, lambda: code_engine(version=None).list_projects())
    refused("a version to come", 400, lambda: code_engine(version="2099-01-01").list_projects())
    refused("a limit too high", 400, lambda: service.list_projects(limit=101))
    refused("a page that nobody named", 400, lambda: service.list_projects(start="made-up"))
    refused("a project that is missing", 404, lambda: service.get_project("00000000-0000-4000-a000-000000000000"))
    refused("a name of a project", 400, lambda: service.create_project("a/b"))
    refused("a format", 400, lambda: service.create_secret(project, "plain", "s", data={"A": "B"}))
    refused("a name of a secret", 400, lambda: service.create_secret(project, "generic", "S", data={"A": "B"}))
    refused("a key of a secret", 400, lambda: service.create_secret(project, "generic", "s", data={"A B": "C"}))
    refused("a value that is no text", 400, lambda: service.create_secret(project, "generic", "s", data={"A": 1}))
    half = {"server": "us.icr.io", "username": "u"}
    refused("half a registry's login", 400, lambda: service.create_secret(project, "registry", "s", data=half))
    secret = service.create_secret(project, "generic", "s", data={"A": "B"}).get_result()
    quoted = f'"{secret["entity_tag"]}"'
    replace = lambda tag, kind="generic": service.replace_secret(project, "s", tag, kind, data={"A": "C"})
    refused("an entity tag in quotes", 400, lambda: replace(quoted))
    refused("another format", 400, lambda: replace(secret["entity_tag"], "other"))
    app_refusals(service, project)
    raw_refusals(service, project)


def app_refusals(service, project):
    app = lambda name="a", **fields: lambda: service.create_app(project, "us.icr.io/kar/a", name, **fields)
    for name in ["A", "1a", "a_b", "a-", "a" * 64]:
        refused(f"an application called {name[:5]}", 400, app(name))
    for port in [0, 65536, 8008, 8012, 8022, 9090, 9091, 15090]:
        refused(f"port {port}", 400, app(image_port=port))
    for cpu, memory in [("1", "1G"), ("0.3", "1G"), ("0.125", "2G"), ("12", "8G"), ("1", "4Q"), ("x", "4G")]:
        refused(f"{cpu} CPU with {memory}", 400, app(scale_cpu_limit=cpu, scale_memory_limit=memory))
    refused("more at least than at most", 400, app(scale_min_instances=3, scale_max_instances=2))
    refused("a visibility", 400, app(managed_domain_mappings="public"))
    literal = {"type": "literal", "name": "A", "value": "B"}
    refused("a variable twice", 400, app(run_env_variables=[literal, literal]))
    refused("a variable without value", 400, app(run_env_variables=[{"type": "literal", "name": "A"}]))
    refused("a variable with too much", 400, app(run_env_variables=[literal | {"reference": "s"}]))


def raw_refusals(service, project):
    """What the SDKs do not send by themselves."""

    def send(method, path, headers=None, **rest):
        params = rest.pop("params", {"version": VERSION})
        request = service.prepare_request(method=method, url=f"/projects/{project}{path}", params=params,
                                          headers=headers or {}, **rest)
        return lambda: service.send(request)

    json, patch = {"content-type": "application/json"}, {"content-type": "application/merge-patch+json"}
    service.create_app(project, "us.icr.io/kar/a", "a")
    refused("an unknown parameter", 400, send("GET", "/secrets", params={"version": VERSION, "name": "s"}))
    refused("an unknown field", 400, send("POST", "/apps", json, data='{"name":"b","image_reference":"i","scale":1}'))
    refused("no If-Match", 400, send("PATCH", "/apps/a", patch, data='{"image_port":8081}'))
    refused("another kind of patch", 415, send("PATCH", "/apps/a", json | {"If-Match": "*"}, data='{"image_port":8081}'))
    refused("a name in a patch", 400, send("PATCH", "/apps/a", patch | {"If-Match": "*"}, data='{"name":"b"}'))
    refused("no JSON", 400, send("POST", "/secrets", json, data="{"))
    refused("an operation that does not exist", 404, send("GET", "/logs"))


{"works": works, "refusals": refusals}[sys.argv[1]]()
