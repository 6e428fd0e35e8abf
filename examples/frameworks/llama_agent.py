"""Answers a question about a project: a plain LlamaIndex program with MCP tools. Environment: as ../notes/agent.py."""

import asyncio
import os
import sys

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.llms.openai import OpenAI
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec


async def main():
    tools = await McpToolSpec(BasicMCPClient(os.environ["MCP_SERVER_URL"])).to_tool_list_async()
    # LlamaIndex asks a table of models how long their contexts are; one of the table's names stands for ours.
    model = OpenAI(os.environ["OPENAI_MODEL"])
    agent = FunctionAgent(tools=tools, llm=model, system_prompt="You answer questions about a project.")
    print(await agent.run(" ".join(sys.argv[1:])))


asyncio.run(main())
