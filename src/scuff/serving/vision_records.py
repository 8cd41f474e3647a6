"""Results and recipes in the structures of OPC 40100-1."""

from datetime import datetime
from typing import Any

from asyncua import ua

from scuff.core.verdict import Outcome
from scuff.serving.report import PartReport
from scuff.serving.vision_nodes import structures

COMPLETED, FAILED = 1, 4
"""Of ResultStateDataType: it was processed to the end, or could not be."""
MEASUREMENT = "opcua/"
"""What triggers that a client started by StartSingleJob begin with; its MeasId follows."""


def id_of(given: Any) -> str:
    """Read the Id of any of the model's identifiers; empty where there is none."""
    return str(getattr(given, "Id", "") or "")


def recipe_id(name: str, sha256: str = "") -> Any:
    """Give a recipe's internal identifier."""
    known = {"Hash": bytes.fromhex(sha256), "HashAlgorithm": "SHA-256"} if sha256 else {}
    return structures.RecipeIdInternalDataType(Id=name, **known)


def measurement_of(report: PartReport) -> str:
    """Give the MeasId that a client has given, or none."""
    return report.trigger.removeprefix(MEASUREMENT) if report.trigger.startswith(MEASUREMENT) else ""


def state_of(report: PartReport) -> int:
    """Give the ResultState."""
    return FAILED if report.outcome is Outcome.NOT_INSPECTED else COMPLETED


def fields_of(report: PartReport) -> dict[str, Any]:
    """Give the fields of a result, as ResultDataType names them."""
    started, ended = (datetime.fromisoformat(each) for each in (report.triggered_at, report.finished_at))
    return {
        "ResultId": structures.ResultIdDataType(Id=str(report.id)),
        "HasTransferableDataOnFile": False,
        "IsPartial": False,
        "IsSimulated": report.simulated,
        "ResultState": state_of(report),
        "MeasId": structures.MeasIdDataType(Id=measurement_of(report)),
        "PartId": structures.PartIdDataType(Id=report.part),
        "ExternalRecipeId": structures.RecipeIdExternalDataType(Id=report.recipe),
        "InternalRecipeId": recipe_id(report.recipe, report.recipe_sha256),
        "ProductId": structures.ProductIdDataType(Id=report.recipe),
        "ExternalConfigurationId": structures.ConfigurationIdDataType(Id=report.bundle),
        "InternalConfigurationId": structures.ConfigurationIdDataType(Id=report.bundle),
        "JobId": structures.JobIdDataType(Id=report.trigger),
        "CreationTime": ended,
        "ProcessingTimes": structures.ProcessingTimesDataType(
            StartTime=started, EndTime=ended, ProcessingDuration=report.inspection_ms
        ),
        "ResultContent": [str(report.outcome), report.model_dump_json()],
    }


def result_of(report: PartReport) -> Any:
    """Give a result as one structure."""
    fields = fields_of(report)
    content = [ua.Variant(each, ua.VariantType.String) for each in fields.pop("ResultContent")]
    return structures.ResultDataType(**fields, ResultContent=content)


KINDS = {
    "HasTransferableDataOnFile": ua.VariantType.Boolean,
    "IsPartial": ua.VariantType.Boolean,
    "IsSimulated": ua.VariantType.Boolean,
    "ResultState": ua.VariantType.Int32,
    "CreationTime": ua.VariantType.DateTime,
    "ResultContent": ua.VariantType.String,
}


def variants_of(report: PartReport) -> dict[str, ua.Variant]:
    """Give the fields of a result one by one."""
    return {
        name: ua.Variant(value, KINDS.get(name, ua.VariantType.ExtensionObject))
        for name, value in fields_of(report).items()
    }
