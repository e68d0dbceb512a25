# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""query: posts with their comments, for who reads"""

import usher

SHOWN = {"pending": "This comment is awaiting moderation", "rejected": "This comment has been rejected"}


class Query(usher.Service):
    posts = usher.Collection(title=usher.String())
    comments = usher.Collection(postId=usher.Id(indexed=True), content=usher.String(), status=usher.String(), seen=usher.Integer())

    @usher.route("GET", "/api/blog")
    def list_posts(self, request, unit):
        return [self.show(unit, post) for post in unit.query(self.posts)]

    @usher.route("GET", "/api/blog/:id")
    def show_post(self, request, unit):
        return self.show(unit, unit.find(self.posts, request["id"]))

    def show(self, unit, post):
        comments = unit.query(self.comments, postId=post.id, oldest_first=True)
        shown = [{"id": each.id, "content": SHOWN.get(each["status"], each["content"])} for each in comments]
        return {"id": post.id, "title": post["title"], "comments": shown}

    @usher.listen("post:created")
    def on_post(self, event, unit):
        if unit.lookup(self.posts, event.data["id"]) is None:
            unit.insert(unit.new(self.posts, id=event.data["id"], title=event.data["title"]))

    @usher.listen("comment:created")
    @usher.listen("comment:updated")
    def on_comment(self, event, unit):
        """Events of two channels come in any order: the version says which is the newer."""
        told = event.data
        now = {"postId": told["postId"], "content": told["content"], "status": told["status"], "seen": told["version"]}
        comment = unit.lookup(self.comments, told["id"])
        if comment is None:
            unit.insert(unit.new(self.comments, now, id=told["id"]))
        elif comment["seen"] < told["version"]:
            comment.update(now)
            unit.replace(comment)
