"""Flask extensions, bare: `install` ties them to the application. (`db` is in core/database.py.)"""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_mail import Mail
from flask_wtf import CSRFProtect

login_manager = LoginManager()
csrf = CSRFProtect()
mail = Mail()
limiter = Limiter(get_remote_address, default_limits=[], headers_enabled=False)


def install(app: Flask) -> None:
    """Tie every extension to the application."""
    login_manager.init_app(app)
    csrf.init_app(app)
    mail.init_app(app)
    limiter.init_app(app)
