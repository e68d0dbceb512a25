/* greeter.vala: a service in Vala, asked by its own program
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

public class Greeter : Object, Usher.Service {
  private const Usher.Field[] FIELDS = {
    { "name", Usher.FieldType.STRING, Usher.FieldFlags.INPUT, 1, 100, "name must be said" },
  };

  private unowned Usher.Context context;

  public bool configure (Usher.Context context) throws Error {
    this.context = context;
    context.add_collection ("greetings", FIELDS);
    context.add_route ("POST", "/greetings", Usher.RouteFlags.NONE, greet);
    return true;
  }

  private bool greet (Usher.Request request, Usher.Unit unit, Usher.Reply reply) throws Error {
    var greeting = request.read (context.get_schema ("greetings"));

    if (greeting.get_string ("name") == "Nobody")
      throw new Usher.Error.FORBIDDEN ("nobody is greeted");
    unit.insert (greeting);
    reply.set_document (greeting);
    return true;
  }
}

private void ask (Usher.Host host, string body) {
  var request = new Usher.Request ("POST", "/greetings");
  request.set_body (new Bytes (body.data));
  request.add_header ("Content-Type", "application/json");

  var reply = host.call (request, false);
  stdout.printf ("%u ", reply.get_status ());
  stdout.write (reply.get_body ().get_data ());
  stdout.putc ('\n');
}

public int main (string[] arguments) {
  try {
    var settings = new Usher.Settings ();
    Usher.Host.declare_settings (settings);
    var host = new Usher.Host (arguments[1], settings, Usher.RealClock.@new ());
    host.add_service ("greeter", new Greeter ());
    host.start (null);
    ask (host, "{\"name\":\"Ann\"}");
    ask (host, "{\"name\":\"Nobody\"}");
    ask (host, "{\"name\":\"\"}");
    host.stop (TimeSpan.SECOND);
  } catch (Error error) {
    stderr.printf ("%s\n", error.message);
    return 1;
  }
  return 0;
}
