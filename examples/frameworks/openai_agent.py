"""Answers a question about a project: a plain program of the OpenAI Agents SDK with MCP tools. Environment: as ../notes/agent.py."""

import asyncio
import os
import sys

from agents import Agent, OpenAIChatCompletionsModel, Runner
from agents.mcp import MCPServerStreamableHttp
from openai import AsyncOpenAI


async def main():
    async with MCPServerStreamableHttp({"url": os.environ["MCP_SERVER_URL"]}) as server:
        model = OpenAIChatCompletionsModel(os.environ["OPENAI_MODEL"], AsyncOpenAI())
        agent = Agent("historian", instructions="You answer questions about a project.", model=model, mcp_servers=[server])
        print((await Runner.run(agent, " ".join(sys.argv[1:]), max_turns=50)).final_output)


asyncio.run(main())
