/*
 * libyaml's parser, set to UTF-8, read event by event. A byte order mark is taken off before:
 * libyaml would count it as a column. Its marks count characters, ours bytes: a cursor that follows
 * the marks translates them.
 */
#include "core/definition/yaml_tree_priv.h"

#include "core/base/utf8.h"
#include "core/definition/yaml_builder_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

/* A place in the text, in both measures. */
struct cursor {
    size_t characters;
    size_t bytes;
};

struct reading {
    struct yaml_builder *builder;
    yaml_parser_t parser;
    struct slice text;  /* without its byte order mark */
    size_t text_offset; /* bytes of the mark */
    struct cursor cursor;
    unsigned documents;
    bool ended;
};

static uint32_t line_of(const yaml_mark_t *mark)
{
    return mark->line < UINT32_MAX ? (uint32_t)mark->line + 1 : UINT32_MAX;
}

static bool is_tail(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* The byte at which the character with that number begins. Marks come almost in order, so that the
 * cursor seldom moves far. */
static size_t byte_of(struct reading *reading, size_t character)
{
    struct cursor *cursor = &reading->cursor;
    struct slice text = reading->text;
    while (cursor->characters < character && cursor->bytes < text.size) {
        do {
            cursor->bytes++;
        } while (cursor->bytes < text.size && is_tail(text.data[cursor->bytes]));
        cursor->characters++;
    }
    while (cursor->characters > character && cursor->bytes > 0) {
        do {
            cursor->bytes--;
        } while (cursor->bytes > 0 && is_tail(text.data[cursor->bytes]));
        cursor->characters--;
    }
    return cursor->bytes;
}

static uint32_t line_of_byte(struct slice text, size_t at)
{
    uint32_t line = 1;
    for (size_t i = 0; i < at && i < text.size; i++) {
        line += text.data[i] == '\n';
    }
    return line;
}

static bool refuse(struct reading *reading, const char *format, ...) PRINTF_LIKE(2, 3);

/* Adds a problem of the text as a whole. */
static bool refuse(struct reading *reading, const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    problem_add(reading->builder->problems, SLICE(PROBLEM_ALL), "%s", message);
    return false;
}

/* Whether a new line begins behind `before`: libyaml knows five line ends. */
static bool ends_line(struct slice before)
{
    static const char *const ends[] = {"\n", "\r", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (slice_ends_with(before, slice_of_text(ends[i]))) {
            return true;
        }
    }
    return before.size == 0;
}

/* What libyaml would stop at without a good sentence, bytes that are no text; and what it takes
 * quadratic time for: each %TAG directive is compared with all before it (100,000 took 34 s). */
static bool check_bytes(struct reading *reading)
{
    struct slice text = reading->text;
    unsigned directives = 0;
    for (size_t at = 0; at < text.size;) {
        size_t length = utf8_sequence_length(slice_from(text, at));
        if (length == 0) {
            return refuse(reading,
                          "line %u: the byte 0x%02x is not UTF-8; save the definition as "
                          "UTF-8 text",
                          line_of_byte(text, at), (unsigned char)text.data[at]);
        }
        if (text.data[at] == '\0') {
            return refuse(reading, "line %u: a zero byte; a definition is text",
                          line_of_byte(text, at));
        }
        directives += text.data[at] == '%' && ends_line(slice_of(text.data, at));
        if (directives > YAML_TREE_DIRECTIVES_MAX) {
            return refuse(reading,
                          "line %u: over %d lines begin with %%; a definition needs no directives",
                          line_of_byte(text, at), YAML_TREE_DIRECTIVES_MAX);
        }
        at += length;
    }
    return true;
}

/* What helps with the mistakes people make most; "" for all others. */
static const char *hint_for(struct reading *reading, const yaml_mark_t *mark)
{
    size_t at = byte_of(reading, mark->index);
    struct slice rest = slice_from(reading->text, at);
    struct slice before = slice_of(reading->text.data, at);
    if (slice_starts_with(rest, SLICE("\t"))) {
        return "; YAML is indented with blanks, not with tabs";
    }
    if (slice_ends_with(before, SLICE("\\u")) && rest.size > 0 && (rest.data[0] | 0x20) == 'd') {
        return "; YAML has no pairs of \\u escapes, write the character itself";
    }
    if (strcmp(reading->parser.problem, "mapping values are not allowed in this context") == 0) {
        return "; a text with \": \" in it is put in quotes";
    }
    return "";
}

/* What libyaml found wrong, in one sentence. */
static bool refuse_syntax(struct reading *reading)
{
    const yaml_parser_t *parser = &reading->parser;
    const yaml_mark_t *mark = &parser->problem_mark;
    if (parser->error == YAML_MEMORY_ERROR) {
        reading->builder->nodes->exhausted = true;
        return false;
    }
    if (parser->error == YAML_READER_ERROR) {
        return refuse(reading, "line %u: the character U+%04X may not stand in a definition",
                      line_of_byte(reading->text, parser->problem_offset),
                      (unsigned)parser->problem_value);
    }
    if (parser->context == NULL) {
        return refuse(reading, "line %u, column %zu: not YAML: %s%s", line_of(mark),
                      mark->column + 1, parser->problem, hint_for(reading, mark));
    }
    return refuse(reading, "line %u, column %zu: not YAML: %s (%s from line %u)%s", line_of(mark),
                  mark->column + 1, parser->problem, parser->context,
                  line_of(&parser->context_mark), hint_for(reading, mark));
}

/* Tags of the core schema say nothing that the place does not say, but that !!str makes a text of
 * what could be null, true or a number. */
static bool check_tag(struct reading *reading, const char *tag, uint32_t line)
{
    static const char *const known[] = {"!",
                                        "tag:yaml.org,2002:str",
                                        "tag:yaml.org,2002:int",
                                        "tag:yaml.org,2002:float",
                                        "tag:yaml.org,2002:bool",
                                        "tag:yaml.org,2002:null",
                                        "tag:yaml.org,2002:seq",
                                        "tag:yaml.org,2002:map"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (tag == NULL || strcmp(tag, known[i]) == 0) {
            return true;
        }
    }
    struct yaml_builder *builder = reading->builder;
    field_path_problem(&builder->path, builder->problems, line,
                       "a tag stands here; values need none, and a text that begins with ! is put "
                       "in quotes");
    return true;
}

static struct slice text_of(const yaml_char_t *text)
{
    return slice_of_text((const char *)text);
}

static bool is_text_tag(const yaml_char_t *tag)
{
    return tag != NULL &&
           (slice_is(text_of(tag), "!") || slice_is(text_of(tag), "tag:yaml.org,2002:str"));
}

static bool on_scalar(struct reading *reading, const yaml_event_t *event)
{
    const yaml_char_t *tag = event->data.scalar.tag;
    struct yaml_event_node node = {
        .kind = YAML_SCALAR,
        .text = slice_of(event->data.scalar.value, event->data.scalar.length),
        .anchor = text_of(event->data.scalar.anchor),
        .is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !is_text_tag(tag),
        .line = line_of(&event->start_mark),
    };
    node.from = reading->text_offset + byte_of(reading, event->start_mark.index);
    node.to = reading->text_offset + byte_of(reading, event->end_mark.index);
    return check_tag(reading, (const char *)tag, node.line) &&
           yaml_builder_add(reading->builder, &node);
}

static bool on_start(struct reading *reading,
                     const yaml_event_t *event,
                     enum yaml_kind kind,
                     const yaml_char_t *anchor,
                     const yaml_char_t *tag)
{
    struct yaml_event_node node = {
        .kind = kind,
        .anchor = text_of(anchor),
        .line = line_of(&event->start_mark),
    };
    return check_tag(reading, (const char *)tag, node.line) &&
           yaml_builder_add(reading->builder, &node);
}

static bool on_document(struct reading *reading, const yaml_event_t *event)
{
    if (++reading->documents == 1) {
        return true;
    }
    return refuse(reading, "line %u: a second document begins; a definition is one document",
                  line_of(&event->start_mark));
}

/* Returns: false when reading cannot go on. */
static bool on_event(struct reading *reading, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return on_scalar(reading, event);
    case YAML_SEQUENCE_START_EVENT:
        return on_start(reading, event, YAML_LIST, event->data.sequence_start.anchor,
                        event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return on_start(reading, event, YAML_MAP, event->data.mapping_start.anchor,
                        event->data.mapping_start.tag);
    case YAML_ALIAS_EVENT:
        return yaml_builder_alias(reading->builder, text_of(event->data.alias.anchor),
                                  line_of(&event->start_mark));
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return yaml_builder_close(reading->builder);
    case YAML_DOCUMENT_START_EVENT:
        return on_document(reading, event);
    case YAML_STREAM_END_EVENT:
        reading->ended = true;
        return true;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return true;
}

static bool read_events(struct reading *reading)
{
    if (yaml_parser_initialize(&reading->parser) == 0) {
        reading->builder->nodes->exhausted = true;
        return false;
    }
    yaml_parser_set_encoding(&reading->parser, YAML_UTF8_ENCODING);
    const char *bytes = reading->text.size > 0 ? reading->text.data : "";
    yaml_parser_set_input_string(&reading->parser, (const unsigned char *)bytes,
                                 reading->text.size);
    bool good = true;
    while (good && !reading->ended) {
        yaml_event_t event;
        if (yaml_parser_parse(&reading->parser, &event) == 0) {
            good = refuse_syntax(reading);
        } else {
            good = on_event(reading, &event);
            yaml_event_delete(&event);
        }
    }
    yaml_parser_delete(&reading->parser);
    return good;
}

static bool check_root(struct reading *reading)
{
    const struct yaml_node *root = reading->builder->root;
    if (yaml_tree_is_null(root)) {
        return refuse(reading, "the definition is empty; it is a YAML map with at least "
                               "definitionVersion, name and flows");
    }
    if (root->kind != YAML_MAP) {
        return refuse(reading, "the definition is no YAML map; it has at least the keys "
                               "definitionVersion, name and flows");
    }
    return true;
}

enum err yaml_tree_parse(struct slice text,
                         struct arena *texts,
                         struct problem_list *problems,
                         struct yaml_tree *ret,
                         struct error *reterr)
{
    struct yaml_tree tree = {.texts = texts, .problems = problems};
    arena_init(&tree.nodes, YAML_TREE_MEMORY_BYTES);
    struct yaml_builder *builder = ARENA_NEW(&tree.nodes, struct yaml_builder);
    bool good = builder != NULL;
    if (good) {
        builder->nodes = &tree.nodes;
        builder->texts = texts;
        builder->problems = problems;
        size_t offset = slice_starts_with(text, SLICE("\xef\xbb\xbf")) ? 3 : 0;
        struct reading reading = {
            .builder = builder, .text = slice_from(text, offset), .text_offset = offset};
        good = check_bytes(&reading) && read_events(&reading) && check_root(&reading);
        tree.root = builder->root;
    }
    if (good) {
        *ret = tree;
        return ERR_OK;
    }
    const struct arena *spent = arena_exhausted(texts) ? texts : &tree.nodes;
    enum err e = arena_exhausted(spent) ? arena_error(spent, "the definition", reterr)
                                        : error_set(reterr, ERR_INVALID, "not a definition");
    yaml_tree_deinit(&tree);
    return e;
}

void yaml_tree_deinit(struct yaml_tree *tree)
{
    arena_deinit(&tree->nodes);
    tree->root = NULL;
}

struct yaml_node *yaml_tree_get(const struct yaml_node *map, const char *key)
{
    if (map == NULL || map->kind != YAML_MAP) {
        return NULL;
    }
    for (const struct yaml_child *child = map->first; child != NULL; child = child->next) {
        if (slice_is(child->key, key)) {
            return child->node;
        }
    }
    return NULL;
}

bool yaml_tree_is_null(const struct yaml_node *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    if (node == NULL) {
        return true;
    }
    for (size_t i = 0; node->kind == YAML_SCALAR && node->is_plain && i < 5; i++) {
        if (slice_is(node->text, words[i])) {
            return true;
        }
    }
    return false;
}
