"""The services that can be asked for, and what each needs: the passports, for everybody.

Pure but for the routes: intake composes all JSON once, when it starts.
"""

from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import Field

from catalogue.model import Catalogue
from kit.http_openapi import IN_A_PATH, answers
from kit.problem import Problem
from schemas.frozen import Code, Frozen
from schemas.passports import LOCAL_EXECUTIVE, Passport, PassportStep, Text

_JSON = "application/json"
_TAGS: list[str | Enum] = ["services"]


class Named(Frozen):
    """A code of the catalogue with its title in both languages."""

    code: Code
    title: Text


class ServiceStep(Frozen):
    """One agency's piece of a service. Times in working days."""

    code: Code
    title: Text
    agency: str = Field(description=f"{LOCAL_EXECUTIVE} stands for the agency of the applicant's district.")
    agency_title: Text | None = Field(description="Absent where the agency depends on the district.")
    after: tuple[Code, ...] = Field(description="Steps that come first.")
    acknowledge_within: int
    resolve_within: int


class ServiceSummary(Named):
    """A service in the list. `example` marks what is not on public record."""

    example: bool


class ServiceDetails(ServiceSummary):
    """What a service needs, which agencies do it, and by when: its current passport."""

    version: str = Field(description="Content hash of the passport.")
    categories: tuple[Named, ...] = Field(description="Who may ask.")
    documents: tuple[Named, ...]
    steps: tuple[ServiceStep, ...]
    statutory_term: int = Field(description="The law's time for an answer, in working days.")
    legal_basis: str


class ServiceList(Frozen):
    """All services; `version` is that of the whole catalogue."""

    version: str
    services: tuple[ServiceSummary, ...]


class ServiceDirectory:
    """The services of a catalogue, each written once."""

    def __init__(self, catalogue: Catalogue) -> None:
        passports = sorted(catalogue.passports.values(), key=lambda passport: passport.code)
        listed = ServiceList(
            version=catalogue.version,
            services=tuple(
                ServiceSummary(code=passport.code, title=passport.title, example=passport.example)
                for passport in passports
            ),
        )
        self.listed = listed.model_dump_json().encode()
        self._details = {
            passport.code: _details(catalogue, passport).model_dump_json().encode() for passport in passports
        }

    @property
    def codes(self) -> list[str]:
        """The codes of all services, in order."""
        return sorted(self._details)

    def details(self, service: str) -> bytes:
        """JSON of a `ServiceDetails`.

        Raises:
            Problem: 404 `service.unknown`.
        """
        if service not in self._details:
            remedy = "GET /v1/services lists the services."
            raise Problem(404, "service.unknown", "There is no service of this code.", remedy=remedy)
        return self._details[service]


def directory_routes(directory: ServiceDirectory) -> APIRouter:
    """The routes of services. They need no key: passports are public."""
    router = APIRouter(prefix="/v1")

    @router.get(
        "/services",
        response_model=ServiceList,
        summary="List the services that can be asked for",
        operation_id="listServices",
        tags=_TAGS,
    )
    async def get_services() -> Response:
        return Response(directory.listed, media_type=_JSON)

    @router.get(
        "/services/{service}",
        response_model=ServiceDetails,
        summary="Show what a service needs",
        operation_id="readService",
        tags=_TAGS,
        responses=answers(IN_A_PATH, {404: ("service.unknown",)}),
        openapi_extra={"parameters": [_service(directory)]},
    )
    async def get_service(service: Annotated[str, Path(include_in_schema=False)]) -> Response:
        return Response(directory.details(service), media_type=_JSON)

    return router


def _service(directory: ServiceDirectory) -> dict[str, Any]:
    schema = {"type": "string", "enum": directory.codes}
    return {"name": "service", "in": "path", "required": True, "schema": schema}


def _details(catalogue: Catalogue, passport: Passport) -> ServiceDetails:
    words = catalogue.vocabularies
    return ServiceDetails(
        code=passport.code,
        title=passport.title,
        example=passport.example,
        version=passport.version,
        categories=tuple(Named(code=code, title=words.categories[code]) for code in passport.categories),
        documents=tuple(Named(code=code, title=words.documents[code]) for code in passport.documents),
        steps=tuple(_step(catalogue, step) for step in passport.steps),
        statutory_term=passport.statutory_term,
        legal_basis=passport.legal_basis,
    )


def _step(catalogue: Catalogue, step: PassportStep) -> ServiceStep:
    return ServiceStep(
        code=step.code,
        title=step.title,
        agency=step.agency,
        agency_title=None if step.agency == LOCAL_EXECUTIVE else catalogue.agency(step.agency).title,
        after=step.after,
        acknowledge_within=step.acknowledge_within,
        resolve_within=step.resolve_within,
    )
