"""The shapes of papers, and the two forms in which they leave the house."""

from rest_framework import renderers, serializers

from shengkang.cases.models import PaperTemplate
from shengkang.cases.papers import pdf, word
from shengkang.cases.services.papers import PDF, SUFFIXES, WORD
from shengkang.organization.api import Photos


class PaperRow(serializers.Serializer):
    name = serializers.CharField(help_text="for /papers/{name}.pdf and /papers/{name}.docx")
    kind = serializers.ChoiceField(choices=PaperTemplate.Kind.choices)
    title = serializers.CharField()
    day = serializers.DateField()


class Papers(serializers.Serializer):
    papers = PaperRow(many=True)
    missing = serializers.ListField(child=serializers.CharField(), help_text="what a settled case still lacks for the archive")


class FilePaper(serializers.Serializer):
    kind = serializers.ChoiceField(choices=PaperTemplate.Kind.choices)
    pictures = Photos(allow_empty=False)


class PdfRenderer(renderers.JSONRenderer):
    """Lets a caller ask for PDF; the file itself is answered as it is, only an error passes through here."""

    media_type, format = pdf.MEDIA_TYPE, SUFFIXES[PDF]


class WordRenderer(renderers.JSONRenderer):
    """The same for Word."""

    media_type, format = word.MEDIA_TYPE, SUFFIXES[WORD]
