import dev.langchain4j.mcp.McpToolProvider;
import dev.langchain4j.mcp.client.DefaultMcpClient;
import dev.langchain4j.mcp.client.McpClient;
import dev.langchain4j.mcp.client.transport.http.StreamableHttpMcpTransport;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.SystemMessage;

/** Answers a question about a project: a plain LangChain4j program with MCP tools. Environment: as ../../notes/agent.py. */
final class LangChainAgent {
    interface Historian {
        @SystemMessage("You answer questions about a project.")
        String answer(String question);
    }

    public static void main(String... words) throws Exception {
        var transport = StreamableHttpMcpTransport.builder().url(System.getenv("MCP_SERVER_URL")).build();
        try (McpClient client = DefaultMcpClient.builder().transport(transport).build()) {
            Historian historian = AiServices.builder(Historian.class)
                    .chatModel(OpenAiChatModel.builder()
                            .baseUrl(System.getenv("OPENAI_BASE_URL"))
                            .apiKey(System.getenv("OPENAI_API_KEY"))
                            .modelName(System.getenv("OPENAI_MODEL"))
                            .build())
                    .toolProvider(McpToolProvider.builder().mcpClients(client).build())
                    .build();
            System.out.println(historian.answer(String.join(" ", words)));
        }
    }
}
