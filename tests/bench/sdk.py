"""sdk.py env|enable: the same as `karctl env ibmcloud kar` and `karctl ce enable kar`, by IBM's own Python SDKs."""

import os
import shlex
import sys

from ibm_cloud_sdk_core import ApiException
from ibm_cloud_sdk_core.authenticators import IAMAuthenticator
from ibm_platform_services import ResourceControllerV2

SECRET = "kar.ibm.com.runtime-config"


def variables(authenticator):
    controller = ResourceControllerV2(authenticator)
    controller.set_service_url(os.environ["KARCTL_RESOURCE_CONTROLLER_URL"])
    found = controller.list_resource_keys(name="kar").get_result()["resources"]
    of = lambda service: next(key for key in found if key["name"] == "kar" and service in key["source_crn"])["credentials"]
    redis, kafka = of("databases-for-redis")["connection"]["rediss"], of("messagehub")
    return {
        "KAFKA_BROKERS": ",".join(kafka["kafka_brokers_sasl"]),
        "KAFKA_ENABLE_TLS": "true",
        "KAFKA_PASSWORD": kafka["password"],
        "KAFKA_USERNAME": kafka["user"],
        "KAFKA_VERSION": "3.2.0",
        "REDIS_CA": redis["certificate"]["certificate_base64"],
        "REDIS_ENABLE_TLS": "true",
        "REDIS_HOST": redis["hosts"][0]["hostname"],
        "REDIS_PASSWORD": redis["authentication"]["password"],
        "REDIS_PORT": str(redis["hosts"][0]["port"]),
        "REDIS_USER": redis["authentication"]["username"],
    }


def enable(authenticator):
    # Only this needs it.
    from ibm_code_engine_sdk.code_engine_v2 import CodeEngineV2

    values = variables(authenticator)
    engine = CodeEngineV2(authenticator, "2025-07-10")
    engine.set_service_url(os.environ["KARCTL_CODE_ENGINE_URL"] + "/v2")
    project = os.environ["CE_PROJECT_ID"]
    assert engine.get_project(project).get_result()["status"] == "active"
    try:
        there = engine.get_secret(project, SECRET).get_result()
    except ApiException as error:
        assert error.status_code == 404, error
        engine.create_secret(project, "generic", SECRET, data=values)
        return
    if there.get("data") != values:
        engine.replace_secret(project, SECRET, there["entity_tag"], "generic", data=values)


auth = IAMAuthenticator(os.environ["IBMCLOUD_API_KEY"], url=os.environ["KARCTL_IAM_URL"])
if sys.argv[1] == "env":
    for name, value in variables(auth).items():
        print(f"export {name}={shlex.quote(value)}")
else:
    enable(auth)
