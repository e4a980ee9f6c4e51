"""Settings, all from the environment (see .env.example). Nothing else asks which stack it runs on."""

import tomllib
from pathlib import Path

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_lazy as _

from config.environment import LOG_LEVELS, Environment

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
env = Environment()
env.read_file(BASE_DIR / ".env")

DEBUG = env.switch("DEBUG")
# The key of the embedded default; config/checks.py refuses it outside of DEBUG and the demonstration.
EMBEDDED_SECRET_KEY = "embedded-default-only-for-a-demonstration-on-this-machine"
SECRET_KEY = env("SECRET_KEY", default=EMBEDDED_SECRET_KEY)
DEMONSTRATION = env.switch("DEMONSTRATION")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BASE_URL = env.address("BASE_URL", ("http", "https"), default="http://localhost:8000")
HTTPS = BASE_URL.startswith("https://")
# The proxy before the server writes into X-Forwarded-For from where it was called (see accounts.callers).
TRUSTED_PROXY = env.switch("TRUSTED_PROXY")

INSTALLED_APPS = [
    "daphne",
    "home",
    "meetings",
    "knowledge",
    "discussion",
    "search",
    "coordination",
    "accounts",
    "config",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.snippets",
    "wagtail.users",
    "coordination.editors_app.EditorsAppConfig",
    "wagtail",
    "modelsearch",
    "modelcluster",
    "taggit",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "accounts.sessions_app.SessionsConfig",
    "channels",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "guardian",
    "widget_tweaks",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.forms",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "config.metrics.MeasuredMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.headers.HeadersMiddleware",
    "config.headers.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "coordination.middleware.TokenMiddleware",
    "accounts.middleware.ForgetAtSignOutMiddleware",
    "accounts.middleware.ReaderLocaleMiddleware",
    "accounts.middleware.ReaderTimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.PaceMiddleware",
    "accounts.middleware.SeenMiddleware",
    "coordination.middleware.AuditContextMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "coordination.middleware.PrivateCacheMiddleware",
    "coordination.middleware.EditorsAccessMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "home.context_processors.frame",
            ],
        },
    }
]

# Widgets too are drawn by the templates of this project, where it has its own.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- the database: SQLite in WAL mode, or PostgreSQL ---------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'accord.sqlite3'}")}
EMBEDDED = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if EMBEDDED:
    DATABASES["default"]["OPTIONS"] = {
        # A service begins with the write lock: a transaction that reads first and writes later would be refused.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # under ASGI a persistent connection belongs to a thread that may end
# So many connections to PostgreSQL are kept open at most by each server process (config.turns).
DATABASE_CONNECTIONS = env.number("DATABASE_CONNECTIONS", default=20, least=5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- the channel layer: in memory, or Redis ------------------------------------------------------------------------
REDIS_URL = env.address("REDIS_URL", ("redis", "rediss"))
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {
                # The layer waits five seconds for a message, and redis-py gives up after five by itself: whoever had
                # heard nothing for so long would lose the connection.
                "hosts": [{"address": REDIS_URL, "socket_timeout": 20}],
                "capacity": 1000,
                "prefix": env("REDIS_PREFIX", default="accord"),
            },
        }
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# --- search: the ledger itself, or Elasticsearch -------------------------------------------------------------------
ELASTICSEARCH_URL = env.addresses("ELASTICSEARCH_URL", ("http", "https"))
ELASTICSEARCH_INDEX = env("ELASTICSEARCH_INDEX", default="accord")
# A search that finds nothing is answered after a whole number of these (search/even.py).
SEARCH_STEP_SECONDS = env.float("SEARCH_STEP_SECONDS", default=0.3)
MODELSEARCH_BACKENDS = {"default": {"BACKEND": "modelsearch.backends.database", "AUTO_UPDATE": True}}
WAGTAILSEARCH_BACKENDS = MODELSEARCH_BACKENDS

# --- tasks: in the server's process, or in a worker of their own ---------------------------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "mail", "search"]}}
TASKS_IN_PROCESS = env.switch("TASKS_IN_PROCESS", default=EMBEDDED)
CHECK_LINKS = env.switch("CHECK_LINKS", default=True)
# The hosts that webhooks and links may lead to; any public one where none is named.
OUTSIDE_HOSTS = env.list("OUTSIDE_HOSTS", default=[])
WORKER_HEARTBEAT = Path(env("WORKER_HEARTBEAT", default=str(BASE_DIR / "var" / "worker.beat")))

# --- what all server processes remember together, such as attempts to sign in: in the database (docs/decisions/0024) --
REMEMBERED_TABLE = "accounts_remembered"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": REMEMBERED_TABLE,
        # Whoever makes up accounts must not push out what is counted of others.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    # What each process may remember for itself: small pictures (Wagtail's name for it), requests of tokens.
    "renditions": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "renditions"},
    "this_process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "this_process"},
}

# --- sign-in ------------------------------------------------------------------------------------------------------
# What was signed or sealed with these before SECRET_KEY still holds.
SECRET_KEY_FALLBACKS = env.list("PREVIOUS_SECRET_KEYS", default=[])
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
    "coordination.editors_permissions.OfficeDoor",
]
ANONYMOUS_USER_NAME = None  # guardian's stand-in for anonymous readers: we hold no grants for them
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "config.passwords.NotOfTheContextValidator"},
    {"NAME": "config.passwords.NotBreachedValidator"},
]
# A sorted list of the SHA-1 of passwords that have come out elsewhere; none by default.
BREACHED_PASSWORDS = env.file("BREACHED_PASSWORDS")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "front"
ACCOUNT_ADAPTER = "accounts.adapter.InvitedOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # the invitation itself proves the address
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reset_password": "accounts.forms.AskForNewPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reauthenticate": "accounts.second_factor_forms.PasswordOnceMoreForm",
}
# Failures count by address, by account, and by browsers that have signed in to it before (accounts.guessing). Many
# people of a ministry share an address.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "30/m/ip,300/h/ip,10/15m/key",
    "login_failed_known": "10/15m/key",
}
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}  # nobody guesses a passkey
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
INVITATION_DAYS = env.number("INVITATION_DAYS", default=14)
# Who must have a second factor: offices, chairs of spaces, or everyone.
SECOND_FACTOR_FOR = env.words(
    "SECOND_FACTOR_FOR",
    ("administrator", "secretariat", "auditor", "chairs", "everyone"),
    default=() if DEMONSTRATION else ("administrator", "secretariat", "auditor", "chairs"),
)
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Accord"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the invitation has verified it
SOCIALACCOUNT_ADAPTER = "accounts.identity.Adapter"
# The secrets of the organisations' identity providers, by the names under which administrators ask for them.
OIDC_SECRETS = env.pairs("OIDC_SECRETS")
PASSWORD_RESET_TIMEOUT = env.number("PASSWORD_RESET_HOURS", default=24) * 3600

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # no script reads the token: forms hold it
# Browsers take a cookie of such a name from this very host alone.
HOST_ONLY = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{HOST_ONLY}sessionid", f"{HOST_ONLY}csrftoken"
LANGUAGE_COOKIE_NAME, THEME_COOKIE_NAME = f"{HOST_ONLY}language", f"{HOST_ONLY}theme"
DEVICE_COOKIE_NAME, MESSAGES_COOKIE_NAME = f"{HOST_ONLY}device", f"{HOST_ONLY}messages"
MESSAGE_STORAGE = "accounts.messages.MessageStorage"
CSRF_FAILURE_VIEW = "home.views.form_too_old"
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_AGE = env.number("SESSION_HOURS", default=12) * 3600
# It is noted every five minutes that a session is used.
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", default=SESSION_COOKIE_AGE // 60, least=15)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = False  # the proxy's task
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail's preview shows the page in a frame of the same origin

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "style-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-ancestors": ["'self'"],  # a preview of the editors' side
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
    },
}
# Wagtail's pages: no script within a page runs there either (coordination.editors_widgets). What remains: its texts'
# editor adds sheets of styles (docs/decisions/0029).
EDITORS_CONTENT_SECURITY_POLICY = {"style-src-elem": ["'self'", "'unsafe-inline'"]}

# --- mail -----------------------------------------------------------------------------------------------------------
vars().update(env.mail("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("DEFAULT_FROM_EMAIL", default="Accord <accord@localhost>")
# Mails about actions can be answered where the mail server pipes what comes to this domain to `manage.py receive_mail`.
REPLY_DOMAIN = env("REPLY_DOMAIN", default="").strip().lower()

# Web Push: the key that pushes are signed with (`manage.py make_push_key`); without one they are not offered.
VAPID_PRIVATE_KEY = env.push_key("VAPID_PRIVATE_KEY")
# The push services of the browsers: Accord calls no other address that a browser names.
PUSH_SERVICES = env.list(
    "PUSH_SERVICES",
    default=[
        "fcm.googleapis.com",
        "*.push.services.mozilla.com",
        "*.push.apple.com",
        "*.notify.windows.com",
    ],
)

# So many requests are worked on at once by each server process; the others wait for their turn (config.turns).
REQUESTS_AT_ONCE = env.number("REQUESTS_AT_ONCE", default=4)
# So many pages a minute may be asked for by one account, of each server process.
REQUESTS_A_MINUTE = env.number("REQUESTS_A_MINUTE", default=1200)
# What Prometheus shows to fetch /metrics; without one it is not there.
METRICS_TOKEN = env("METRICS_TOKEN", default="").strip()

# Where traces go (config.traces); without it there are none.
OTEL_EXPORTER_OTLP_ENDPOINT = env.address("OTEL_EXPORTER_OTLP_ENDPOINT", ("http", "https"))
if OTEL_EXPORTER_OTLP_ENDPOINT:
    MIDDLEWARE.insert(0, "config.traces.TracedMiddleware")

# The hour of the reader's morning from which reminders go out; the mail of the day follows half an hour later.
REMINDERS_FROM_HOUR = env.hour("REMINDERS_FROM_HOUR", default=8)

# --- languages and times -------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian")), ("ur", _("Urdu"))]
# Begun: the texts that are met most often. Offered to readers where the environment names them, for whoever translates
# them on; the rest stands in English.
begun = {
    "prs": _("Dari"), "ps": _("Pashto"), "uz": _("Uzbek"), "kk": _("Kazakh"), "ky": _("Kyrgyz"), "tg": _("Tajik"),
}  # fmt: skip
LANGUAGES_STARTED = [(code, begun[code]) for code in env.words("LANGUAGES_STARTED", tuple(begun), default=())]
# Dari and Pashto are unknown to Django.
LANG_INFO["prs"] = {"bidi": True, "code": "prs", "name": "Dari", "name_local": "دری"}
LANG_INFO["ps"] = {"bidi": True, "code": "ps", "name": "Pashto", "name_local": "پښتو"}
LANGUAGES_BIDI = [code for code, info in LANG_INFO.items() if info.get("bidi")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", NODE_MODULES / "bootstrap" / "dist"),
    ("bootstrap-icons", NODE_MODULES / "bootstrap-icons" / "font"),
    ("htmx", NODE_MODULES / "htmx.org" / "dist"),
    ("fonts", NODE_MODULES / "@fontsource"),
]
MEDIA_ROOT = env.path("MEDIA_ROOT", default=BASE_DIR / "var" / "media")
# No MEDIA_URL is served: every file goes out through knowledge.views, which asks the access rule.
MEDIA_URL = "/no-direct-media/"
STORAGES = {
    "default": {"BACKEND": "config.storage.WholeFiles"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False  # it would let pages of every origin read them
UPLOAD_LIMIT_MB = env.number("UPLOAD_LIMIT_MB", default=50)
# What is asked whether an upload is harmful; nothing by default (knowledge.scanning).
UPLOAD_SCANNER = env.scanner("UPLOAD_SCANNER")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

# --- the editors' side (Wagtail) -----------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Accord"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_COMMENTS_ENABLED = False
WAGTAILDOCS_DOCUMENT_MODEL = "knowledge.File"
WAGTAILIMAGES_IMAGE_MODEL = "knowledge.Picture"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
# What is uploaded there is judged as everywhere, by knowledge.uploads.
WAGTAILDOCS_DOCUMENT_FORM_BASE = "knowledge.forms.EditorsFileForm"
WAGTAILIMAGES_IMAGE_FORM_BASE = "knowledge.forms.EditorsPictureForm"
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = UPLOAD_LIMIT_MB * 1024 * 1024
# No links to files: their address holds the file's name, and a text shows it to all who read the text.
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {
        "WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea",
        "OPTIONS": {"features": ["h3", "h4", "bold", "italic", "ol", "ul", "link", "hr"]},
    }
}
# A page of knowledge is reviewed before it is published (coordination.review). Our notifier tells of it, not Wagtail's.
WAGTAIL_WORKFLOW_ENABLED = True
WAGTAIL_FINISH_WORKFLOW_ACTION = "coordination.publishing.publish_what_was_approved"
WAGTAIL_AUTOSAVE_INTERVAL = 0  # what is saved stands in the audit trail: each save is somebody's deed
# An address that an editor types stays as it is: looking for its page would tell of pages by their place in the tree.
WAGTAILADMIN_EXTERNAL_LINK_CONVERSION = "none"

LOG_FORMAT = env.choice("LOG_FORMAT", ("LINE", "JSON"), default="LINE").lower()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_addresses": {"()": "config.logs.WithoutAddresses"}},
    "formatters": {
        "line": {"()": "config.logs.Line", "format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "config.logs.JsonLine"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["without_addresses"]},
    },
    "root": {"handlers": ["console"], "level": env.choice("LOG_LEVEL", LOG_LEVELS, default="INFO")},
    "loggers": {
        # They tell of every step of every page that they set.
        "weasyprint": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        # Wagtail writes the title of every page that is saved into the log, whoever may read the page.
        "wagtail": {"level": "WARNING"},
        # The number of every passkey that is used.
        "fido2": {"level": "WARNING"},
        # Two lines for every task that goes well.
        "django_tasks": {"level": "WARNING"},
        # One line for every request to Elasticsearch.
        "elastic_transport": {"level": "WARNING"},
        # A whole traceback whenever one node does not answer and the next one is asked.
        "elastic_transport.transport": {"level": "ERROR"},
        # Django's own handlers would write the path of each request; ours, above, does not.
        "django": {"handlers": [], "propagate": True},
    },
}
