from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "knowledge"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, pre_delete
        from wagtail.signals import page_unpublished

        from coordination import access, attachments
        from knowledge import attaching, small_pictures
        from knowledge.models.files import File, delete_what_is_attached, files_attached_to
        from knowledge.services.translations import withdraw_translations

        access.child_providers.append(files_attached_to)
        page_unpublished.connect(withdraw_translations, dispatch_uid="translations go with their original")
        attachments.kept_by(attaching.KEEPER)
        pre_delete.connect(delete_what_is_attached, dispatch_uid="attachments go with what they hang on")
        post_delete.connect(small_pictures.forget_deleted, sender=File, dispatch_uid="small pictures go with the file")
