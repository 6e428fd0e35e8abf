// Answers a question about a project: a plain LangGraph.js program with MCP tools. Environment: as ../../notes/agent.py.
import { MultiServerMCPClient } from '@langchain/mcp-adapters';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { ChatOpenAI } from '@langchain/openai';

const client = new MultiServerMCPClient({ tools: { transport: 'http', url: process.env.MCP_SERVER_URL } });
try {
  const agent = createReactAgent({
    llm: new ChatOpenAI({ model: process.env.OPENAI_MODEL }),
    tools: await client.getTools(),
    prompt: 'You answer questions about a project.',
  });
  const ask = { messages: [['user', process.argv.slice(2).join(' ')]] };
  console.log((await agent.invoke(ask, { recursionLimit: 100 })).messages.at(-1).text);
} finally {
  await client.close();
}
