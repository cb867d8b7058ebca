"""What each request does, without HTTP: enrolment, push, pull, attachments.

Must not know: routes, the framework. Read first: `push.py`.
"""
