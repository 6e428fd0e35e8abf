"""Answers a question about a project: a plain Pydantic AI program with MCP tools. Environment: as ../notes/agent.py."""

import asyncio
import os
import sys

from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.models.openai import OpenAIChatModel


async def main():
    agent = Agent(
        OpenAIChatModel(os.environ["OPENAI_MODEL"]),
        instructions="You answer questions about a project.",
        toolsets=[MCPToolset(os.environ["MCP_SERVER_URL"])],
    )
    async with agent:
        print((await agent.run(" ".join(sys.argv[1:]))).output)


asyncio.run(main())
