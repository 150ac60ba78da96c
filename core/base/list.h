/*
 * list: an intrusive doubly linked list. The link sits inside the listed struct; nothing allocates.
 *
 *     struct request { struct list_link link; ... };
 *     list_push_back(&waiting, &request->link);
 *     struct request *first = LIST_ENTRY(list_front(&waiting), struct request, link);
 *
 * A link that is in no list points at itself after list_link_init; list_remove leaves it so.
 */
#ifndef DAYBOOK_CORE_BASE_LIST_H
#define DAYBOOK_CORE_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list_link {
    struct list_link *next;
    struct list_link *prev;
};

struct list {
    struct list_link head;
    size_t count;
};

#define LIST_ENTRY(address, type, member)                                                          \
    ((type *)(void *)((char *)(address)-offsetof(type, member)))

/* Walks a list; the body may remove `cursor`. */
#define LIST_FOR_EACH(cursor, list)                                                                \
    for (struct list_link *cursor = (list)->head.next, *list_next_ = cursor->next;                 \
         cursor != &(list)->head; cursor = list_next_, list_next_ = cursor->next)

/** An empty list. */
static inline void list_init(struct list *list)
{
    list->head.next = list->head.prev = &list->head;
    list->count = 0;
}

/** A link in no list. */
static inline void list_link_init(struct list_link *link)
{
    link->next = link->prev = link;
}

/** Whether the link is in a list; it must have been initialised. */
static inline bool list_linked(const struct list_link *link)
{
    return link->next != link;
}

/** Whether nothing is in the list. */
static inline bool list_empty(const struct list *list)
{
    return list->head.next == &list->head;
}

/** Adds at the end. */
static inline void list_push_back(struct list *list, struct list_link *link)
{
    link->prev = list->head.prev;
    link->next = &list->head;
    list->head.prev->next = link;
    list->head.prev = link;
    list->count++;
}

/** Adds at the front. */
static inline void list_push_front(struct list *list, struct list_link *link)
{
    link->next = list->head.next;
    link->prev = &list->head;
    list->head.next->prev = link;
    list->head.next = link;
    list->count++;
}

/** Takes a link out of the list it is in. */
static inline void list_remove(struct list *list, struct list_link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    list_link_init(link);
    list->count--;
}

/** The first link, or NULL. */
static inline struct list_link *list_front(const struct list *list)
{
    return list_empty(list) ? NULL : list->head.next;
}

/** Takes the first link out. Returns: NULL when empty. */
static inline struct list_link *list_pop_front(struct list *list)
{
    struct list_link *first = list_front(list);
    if (first != NULL) {
        list_remove(list, first);
    }
    return first;
}

#endif
