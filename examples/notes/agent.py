"""Answers a question about a project from its git history and its documents: a LangGraph agent with MCP tools.

    agent.py [--stream] QUESTION

Environment: OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL say which model to ask, MCP_SERVER_URL where the tools are.
Prints the answer and nothing else; --stream prints it as the model says it.
"""

import argparse
import asyncio
import os

from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

INSTRUCTIONS = "You answer questions about a project. Use the tools, and quote commit hashes and documents exactly."


def build(tools, streaming):
    """The usual loop: the model speaks; while it asks for tools, they run and it speaks again."""
    model = ChatOpenAI(model=os.environ["OPENAI_MODEL"], temperature=0, streaming=streaming).bind_tools(tools)

    async def speak(state: MessagesState):
        return {"messages": [await model.ainvoke([("system", INSTRUCTIONS), *state["messages"]])]}

    graph = StateGraph(MessagesState)
    graph.add_node("model", speak)
    # A tool that fails tells the model why, and the model decides what to do: the agent does not die of it.
    graph.add_node("tools", ToolNode(tools, handle_tool_errors=True))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", tools_condition)
    graph.add_edge("tools", "model")
    return graph.compile()


async def main():
    options = argparse.ArgumentParser(description="Ask about a project.")
    options.add_argument("--stream", action="store_true", help="print the answer while it is being written")
    options.add_argument("question")
    chosen = options.parse_args()

    servers = {"tools": {"transport": "streamable_http", "url": os.environ["MCP_SERVER_URL"]}}
    async with MultiServerMCPClient(servers).session("tools") as session:
        agent = build(await load_mcp_tools(session), chosen.stream)
        ask = {"messages": [("user", chosen.question)]}
        if chosen.stream:
            async for message, where in agent.astream(ask, {"recursion_limit": 50}, stream_mode="messages"):
                if where["langgraph_node"] == "model":
                    print(message.text, end="", flush=True)
            print()
        else:
            print((await agent.ainvoke(ask, {"recursion_limit": 50}))["messages"][-1].text)


if __name__ == "__main__":
    asyncio.run(main())
