# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_blog: the four services in one process, which the test drives"""

import os
import tempfile
import unittest

import usher

PLUGINS = os.environ.get("BLOG_PLUGINS", "build")


class Blog(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def run_services(self, *services):
        return usher.Host(*services, plugins=PLUGINS, data=self.folder)

    def write(self, host, *contents):
        post = host.request("POST", "/api/posts", {"title": "Fruit"}).json
        for content in contents:
            self.assertEqual(host.request("POST", f"/api/posts/{post['id']}/comments", {"content": content}).status, 201)
        host.settle()
        return post

    def read(self, host, post):
        return [each["content"] for each in host.request("GET", f"/api/blog/{post['id']}").json["comments"]]

    def test_comments_are_moderated(self):
        with self.run_services("posts", "comments", "moderation", "query") as host:
            post = self.write(host, "I like apples", "An Orange is better")
            self.assertEqual(self.read(host, post), ["I like apples", "This comment has been rejected"])
            self.assertEqual(host.request("GET", "/api/blog").json[0]["title"], "Fruit")

    def test_who_comes_late_catches_up(self):
        with self.run_services("posts", "comments") as host:
            post = self.write(host, "first", "orange")
        with self.run_services("posts", "comments", "query") as host:
            host.settle()
            self.assertEqual(self.read(host, post), ["This comment is awaiting moderation"] * 2)
        with self.run_services("posts", "comments", "moderation", "query") as host:
            host.settle()
            self.assertEqual(self.read(host, post), ["first", "This comment has been rejected"])

    def test_what_is_no_post_is_refused(self):
        with self.run_services("posts", "comments", "query") as host:
            self.assertEqual(host.request("POST", "/api/posts/nothing/comments", {"content": "a"}).status, 404)
            self.assertEqual(host.request("POST", "/api/posts", {"title": ""}).status, 400)
            self.assertEqual(host.request("GET", f"/api/blog/{'1' * 24}").status, 404)


if __name__ == "__main__":
    unittest.main()
