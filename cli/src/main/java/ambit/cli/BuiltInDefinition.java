package ambit.cli;

import java.util.Map;
import java.util.Optional;

/** How the retriever's operations are shown to a model that has them as MCP tools. They are part of Ambit, so no grant pins them. */
final class BuiltInDefinition {
    private static final Map<String, String> ALL =
            Map.of("retriever.search", """
            {"name":"search","description":"Finds the passages of the documents at hand that fit a question best, by words and by meaning.","inputSchema":{"type":"object","properties":{"query":{"type":"string","description":"What is looked for, in plain words."},"k":{"type":"integer","minimum":1,"maximum":100,"description":"How many passages; 10 without it."},"mode":{"enum":["hybrid","words","meaning"]},"filter":{"type":"object","description":"Like {type: eq, key: year, value: 2025}; also ne, in, nin, gt, gte, lt, lte, and, or."},"namespaces":{"type":"array","items":{"type":"string"},"description":"Where to look; everywhere without it."}},"required":["query"],"additionalProperties":false}}""", "retriever.add", """
            {"name":"add","description":"Adds a document to a namespace, in place of the one of the same name, when the transaction ends well.","inputSchema":{"type":"object","properties":{"namespace":{"type":"string"},"source":{"type":"string","description":"The name of the document."},"text":{"type":"string"},"format":{"enum":["text","markdown","code","jsonl"]},"metadata":{"type":"object"}},"required":["namespace","source","text"],"additionalProperties":false}}""", "retriever.remove", """
            {"name":"remove","description":"Removes a document from a namespace when the transaction ends well.","inputSchema":{"type":"object","properties":{"namespace":{"type":"string"},"source":{"type":"string"}},"required":["namespace","source"],"additionalProperties":false}}""", "retriever.sources", """
            {"name":"sources","description":"Lists the documents of a namespace.","inputSchema":{"type":"object","properties":{"namespace":{"type":"string"},"after":{"type":"string"},"limit":{"type":"integer","minimum":1,"maximum":1000}},"required":["namespace"],"additionalProperties":false}}""");

    private BuiltInDefinition() {}

    static Optional<String> of(String capability) {
        return Optional.ofNullable(ALL.get(capability));
    }
}
