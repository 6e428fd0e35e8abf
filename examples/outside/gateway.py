"""What people do today, as the control of the demo: one MCP endpoint on loopback that hands on every tool of two servers.

    gateway.py --workspace DIRECTORY [--port 0] [--port-file FILE] [--log FILE]

It serves streamable HTTP at /mcp, starts mcp-server-git and server-filesystem over the workspace, and restricts nothing.
It prints its port; --log appends each call as a line of JSON: what went through.
"""

import argparse
import contextlib
import json
import logging
import os
import socket
import sys
from pathlib import Path

import uvicorn
from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.routing import Mount

NODE_MODULES = Path(__file__).resolve().parent.parent / ".runtime/node/node_modules"


def servers(workspace):
    """The two servers, as their documentation says to start them."""
    # Only what they need: nothing of this process's environment, which may hold keys, is theirs.
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": os.environ.get("HOME", "/tmp")}
    files = NODE_MODULES / "@modelcontextprotocol/server-filesystem/dist/index.js"
    yield StdioServerParameters(
        command=sys.executable, args=["-m", "mcp_server_git", "--repository", f"{workspace}/project"], env=environment
    )
    yield StdioServerParameters(command="node", args=[str(files), workspace], env=environment)


class Gateway:
    def __init__(self, workspace, log):
        self.workspace, self.log = workspace, log
        self.tools, self.owner = [], {}
        self.server = Server("gateway")
        self.server.list_tools()(self.list_tools)
        # The servers check their own arguments; a second opinion here would only change their error messages.
        self.server.call_tool(validate_input=False)(self.call_tool)
        self.manager = StreamableHTTPSessionManager(self.server)

    async def list_tools(self) -> list[types.Tool]:
        return self.tools

    async def call_tool(self, name, arguments):
        result = await self.owner[name].call_tool(name, arguments)
        if self.log:
            with open(self.log, "a") as file:
                file.write(json.dumps({"tool": name, "arguments": arguments, "error": bool(result.isError)}) + "\n")
        return result

    @contextlib.asynccontextmanager
    async def lifespan(self, _):
        async with contextlib.AsyncExitStack() as stack:
            for parameters in servers(self.workspace):
                session = ClientSession(*await stack.enter_async_context(stdio_client(parameters)))
                await stack.enter_async_context(session)
                await session.initialize()
                for tool in (await session.list_tools()).tools:
                    self.tools.append(tool)
                    self.owner[tool.name] = session
            await stack.enter_async_context(self.manager.run())
            yield


def main():
    options = argparse.ArgumentParser(description="An MCP endpoint for two servers, without restrictions.")
    options.add_argument("--workspace", required=True, type=os.path.abspath)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--port-file")
    options.add_argument("--log")
    chosen = options.parse_args()

    gateway = Gateway(chosen.workspace, chosen.log)

    async def endpoint(scope, receive, send):
        await gateway.manager.handle_request(scope, receive, send)

    app = Starlette(routes=[Mount("/mcp", app=endpoint)], lifespan=gateway.lifespan)

    # A mount answers /mcp with a redirect to /mcp/; serve both as they are.
    async def both(scope, receive, send):
        if scope["type"] == "http" and scope["path"] == "/mcp":
            scope = scope | {"path": "/mcp/", "raw_path": b"/mcp/"}
        await app(scope, receive, send)

    # The SDK reports each client that goes away as an error, with a trace.
    logging.getLogger("mcp.server.streamable_http").setLevel(logging.CRITICAL)

    listener = socket.create_server(("127.0.0.1", chosen.port))
    port = listener.getsockname()[1]
    if chosen.port_file:
        Path(f"{chosen.port_file}.new").write_text(f"{port}\n")
        os.rename(f"{chosen.port_file}.new", chosen.port_file)
    print(port, flush=True)
    # Connections wait in the listener's queue until both servers have started.
    # At the end it does not wait for clients' event streams, which have no end of their own.
    settings = uvicorn.Config(both, log_level="warning", lifespan="on", timeout_graceful_shutdown=1)
    uvicorn.Server(settings).run(sockets=[listener])


if __name__ == "__main__":
    main()
